"""Options and fixtures of all tests."""

import gc
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Page

from tests.recording import ROOT

IMAGES = ROOT / "docs" / "images"
FIRST = (
    *("test_rust.py", "emulator/test_up.py", "build/test_twins.py", "package/test_event_sources.py"),
    *("package/test_queue_example.py", "emulator/test_tracker.py"),
)
"""The files that take longest. The last three mostly wait, so they do not start all at the same time."""
QUALITY = 82
PICTURE_BYTES = 150_000


def pytest_configure() -> None:
    """Handle SIGINT: background processes of a shell ignore it, and child processes would inherit that.

    No test asserts on time, so Hypothesis has no deadline.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    settings.register_profile("without-deadline", deadline=None)
    settings.load_profile("without-deadline")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start first what takes minutes, so that no process does it alone at the end."""
    order = {ROOT / "tests" / name: index for index, name in enumerate(FIRST)}
    items.sort(key=lambda item: order.get(item.path, len(order)))


def pytest_collection_finish() -> None:
    """Exempt the imported modules from garbage collection, which takes a fifth of the time of the unit tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", action="store_true", help="store the pictures of the README")
    parser.addoption(
        "--corpora", action="store_true", help="glitch the test pictures of Pillow, libpng and libjpeg, too"
    )
    parser.addoption(
        "--running",
        action="store_true",
        help="use the stack of `make local`; some tests delete its data",
    )
    parser.addoption("--twins", type=int, default=40, help="how many random edits the twin test makes")


@pytest.fixture
def screenshot(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Page, str], None]:
    """Take a screenshot of a page; with `--screenshots`, store it in docs/images."""
    folder = IMAGES if request.config.getoption("--screenshots") else tmp_path

    def save(page: Page, name: str) -> None:
        page.screenshot(path=folder / name, quality=QUALITY if name.endswith(".jpg") else None)
        assert (folder / name).stat().st_size < PICTURE_BYTES

    return save
