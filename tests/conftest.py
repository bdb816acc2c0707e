"""What holds for every run of the tests."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.recording import ROOT

IMAGES = ROOT / "docs" / "images"
QUALITY = 82
PICTURE_BYTES = 150_000


def pytest_configure() -> None:
    """Take interrupts: what a shell starts in the background ignores them, and so would all that the tests start."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", action="store_true", help="keep the pictures that the README shows")
    parser.addoption(
        "--corpora", action="store_true", help="glitch the test pictures of Pillow, libpng and libjpeg, too"
    )
    parser.addoption(
        "--running",
        action="store_true",
        help="call what `make local` has started; some tests delete its data",
    )
    parser.addoption("--twins", type=int, default=60, help="how many random edits the twin test makes")


@pytest.fixture
def screenshot(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Page, str], None]:
    """Take a picture of what a page shows, and keep it in docs/images in a run that is asked to."""
    folder = IMAGES if request.config.getoption("--screenshots") else tmp_path

    def save(page: Page, name: str) -> None:
        page.screenshot(path=folder / name, quality=QUALITY if name.endswith(".jpg") else None)
        assert (folder / name).stat().st_size < PICTURE_BYTES

    return save
