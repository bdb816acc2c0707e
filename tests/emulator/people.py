"""People at browsers."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from local.analytics import PASSWORD, USER
from tests.emulator.conftest import Local

PHONE = {"width": 360, "height": 740}
WINDOW = {"width": 1280, "height": 900}


@dataclass(frozen=True, kw_only=True)
class Person:
    """Someone at a browser: what it asks for, and what it complains about."""

    page: Page
    api_url: str
    hosts: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{self.api_url}/analytics"

    def open(self, query: str = "") -> Page:
        response = self.page.goto(f"{self.url}?{query}")
        assert response is not None
        assert response.status < HTTPStatus.INTERNAL_SERVER_ERROR, response.text()
        return self.page

    def sign_in(self, query: str = "") -> Page:
        """Open the page, and sign in on it."""
        self.open(query)
        fill(self.page, PASSWORD)
        expect(self.page.get_by_role("button", name="Sign out")).to_be_visible()
        return self.page


def fill(page: Page, password: str) -> None:
    page.get_by_label("User").fill(USER)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def person_at(browser: Browser, local: Local, **options: Any) -> Person:
    context = browser.new_context(**{"viewport": WINDOW, **options})
    person = Person(page=context.new_page(), api_url=local.outputs["apiUrl"])
    context.on("request", lambda sent: person.hosts.add(sent.url.split("/")[2]))
    page = person.page
    page.on("console", lambda said: person.complaints.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: person.complaints.append(str(error)))
    return person


def cookies(person: Person) -> list[dict[str, Any]]:
    return [dict(cookie) for cookie in person.page.context.cookies()]


def check(page: Page) -> None:
    """Check contrast, names and structure, that nothing is cut off, and that labels of the chart stand apart."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
    boxes = page.evaluate(
        "[...document.querySelectorAll('.chart svg text')].map(text => text.getBoundingClientRect())"
        ".filter(box => box.width).map(box => [box.left, box.right, box.top, box.bottom])"
    )
    for index, (left, right, top, bottom) in enumerate(boxes):
        assert left >= 0
        assert right <= page.evaluate("innerWidth")
        for other in boxes[index + 1 :]:
            assert right < other[0] or other[1] < left or bottom <= other[2] or other[3] <= top, page.url
