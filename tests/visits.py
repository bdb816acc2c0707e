"""Visits to documents, and checks for all documents."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

FAILED_REQUEST = "Failed to load resource"
SMALL_SCREEN = ViewportSize(width=360, height=740)
WIDE_SCREEN = ViewportSize(width=1280, height=900)


class Visit:
    """A browser tab at a document, with its requested hosts and console errors."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        """Open a tab."""
        self.address = address
        self.context = context
        self.hosts: set[str] = set()
        self.errors: list[str] = []
        context.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        self.page = self.tab()

    def tab(self) -> Page:
        """Open another tab of the same browser."""
        page = self.context.new_page()
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        return page

    def ignore_errors(self) -> None:
        """Drop the errors of requests that the test made fail."""
        self.errors = [error for error in self.errors if FAILED_REQUEST not in error]


@contextmanager
def visit(browser: Browser, address: str, **options: object) -> Iterator[Visit]:
    """Visit a document, and check that it uses only its own host, sets no cookie and logs no errors."""
    context = browser.new_context(**options)  # type: ignore[arg-type]
    visited = Visit(context, address)
    yield visited
    assert visited.errors == []
    assert visited.hosts - {""} <= {urlsplit(address).netloc}
    assert context.cookies() == []
    context.close()


@functools.cache
def _axe() -> Axe:
    return Axe()


def accessibility_violations(page: Page) -> list[str]:
    """Return axe-core's accessibility violations of the document."""
    found = _axe().run(page).response["violations"]
    return [f"{rule['id']}: {rule['help']}: {node['html']}" for rule in found for node in rule["nodes"]]


def on_all_screens(page: Page) -> Iterator[None]:
    """Show a page that is loaded on wide and small screens, in light and dark colors."""
    for screen in (WIDE_SCREEN, SMALL_SCREEN):
        page.set_viewport_size(screen)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            yield


def is_wider_than_its_screen(page: Page) -> bool:
    """Whether the document needs horizontal scrolling."""
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))
