"""A user of the reports in a real browser."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, expect

from local.analytics import PASSWORD, USER
from tests.emulator.conftest import Local
from tests.visits import WIDE_SCREEN, Visit, accessibility_violations, is_wider_than_its_screen, on_all_screens


class ReportUser(Visit):
    """A browser tab of a user of the reports."""

    def __init__(self, context: BrowserContext, api_url: str) -> None:
        """Open a tab."""
        super().__init__(context, f"{api_url}/analytics")

    def open(self, query: str = "") -> Page:
        """Open the page with a query."""
        response = self.page.goto(f"{self.address}?{query}")
        assert response is not None
        assert response.status < HTTPStatus.INTERNAL_SERVER_ERROR, response.text()
        return self.page

    def sign_in(self, query: str = "") -> Page:
        """Open the page and sign in."""
        self.open(query)
        fill(self.page, PASSWORD)
        expect(self.page.get_by_role("button", name="Sign out")).to_be_visible()
        return self.page


def fill(page: Page, password: str) -> None:
    page.get_by_label("User").fill(USER)
    page.get_by_label("Password").fill(password)
    with page.expect_navigation():
        page.get_by_role("button", name="Sign in").click()


def user_at(browser: Browser, local: Local, **options: Any) -> ReportUser:
    return ReportUser(browser.new_context(**{"viewport": WIDE_SCREEN, **options}), local.outputs["apiUrl"])


@contextmanager
def checked_user(browser: Browser, local: Local) -> Iterator[ReportUser]:
    """Provide a user, and check that the browser logs no errors and calls no other host."""
    user = user_at(browser, local)
    yield user
    assert user.errors == []
    assert user.hosts == {urlsplit(user.address).netloc}
    user.context.close()


def cookies(user: ReportUser) -> list[dict[str, Any]]:
    return [dict(cookie) for cookie in user.context.cookies()]


def check_on_all_screens(page: Page) -> None:
    for _ in on_all_screens(page):
        check(page)


def check(page: Page) -> None:
    """Check accessibility, that nothing is cut off, and that labels of the chart do not overlap."""
    assert accessibility_violations(page) == [], page.url
    assert not is_wider_than_its_screen(page), page.url
    boxes = page.evaluate(
        "[...document.querySelectorAll('.chart svg text')].map(text => text.getBoundingClientRect())"
        ".filter(box => box.width).map(box => [box.left, box.right, box.top, box.bottom])"
    )
    width = page.evaluate("innerWidth")
    for index, (left, right, top, bottom) in enumerate(boxes):
        assert left >= 0
        assert right <= width
        for other in boxes[index + 1 :]:
            assert right < other[0] or other[1] < left or bottom <= other[2] or other[3] <= top, page.url
