"""What holds for every run of the tests."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.recording import ROOT

IMAGES = ROOT / "docs" / "images"
QUALITY = 82


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", action="store_true", help="write the pictures that the README shows")


@pytest.fixture
def screenshot(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """Save what a page shows under a name in docs/images, in a run that is asked to."""

    def save(page: Page, name: str) -> None:
        if request.config.getoption("--screenshots"):
            page.screenshot(path=IMAGES / name, type="jpeg", quality=QUALITY, full_page=True)

    return save
