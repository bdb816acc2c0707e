"""Visits to a page, and what every page of this system promises."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

FAILED_REQUEST = "Failed to load resource"
SMALL_SCREEN = {"width": 360, "height": 740}
WIDE_SCREEN = {"width": 1280, "height": 900}


class Visit:
    """Somebody at a page: what it asks of which host, and what the browser complains about."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        """Open a tab."""
        self.address = address
        self.context = context
        self.hosts: set[str] = set()
        self.complaints: list[str] = []
        context.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        self.page = self.tab()

    def tab(self) -> Page:
        """Open another tab of the same browser."""
        page = self.context.new_page()
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def forgive_refusals(self) -> None:
        """Forget that the browser complained about answers which the test provoked."""
        self.complaints = [complaint for complaint in self.complaints if FAILED_REQUEST not in complaint]


@contextmanager
def visit(browser: Browser, address: str, **options: object) -> Iterator[Visit]:
    """Visit a page, which talks to nobody but its own host, sets no cookie and gives no cause for complaint."""
    context = browser.new_context(**options)  # type: ignore[arg-type]
    visited = Visit(context, address)
    yield visited
    assert visited.complaints == []
    assert visited.hosts - {""} <= {urlsplit(address).netloc}
    assert context.cookies() == []
    context.close()


@functools.cache
def _axe() -> Axe:
    return Axe()


def barriers(page: Page) -> list[str]:
    """Return what axe-core finds that keeps people from using the page as it is now."""
    found = _axe().run(page).response["violations"]
    return [f"{rule['id']}: {rule['help']}: {node['html']}" for rule in found for node in rule["nodes"]]


def is_wider_than_its_screen(page: Page) -> bool:
    """Whether one has to scroll sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))
