"""Signing in and out on the page of the reports, in a real browser."""

import contextlib
import time
from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet, InvalidToken
from playwright.sync_api import Browser, expect

from local.analytics import PASSWORD, USER, sign_in
from tests.emulator.conftest import Local
from tests.emulator.people import Person, at_ease, cookies, fill, person_at
from tests.emulator.test_analytics import Client


@pytest.fixture
def person(local: Local, browser: Browser) -> Iterator[Person]:
    with at_ease(browser, local) as person:
        yield person


@pytest.fixture(scope="module")
def client(local: Local) -> Client:
    """A client of a service that has the local user."""
    sign_in(local.context, local.outputs)
    return Client(local=local)


def test_the_session_is_the_only_cookie_and_goes_nowhere_else(client: Client, person: Person) -> None:
    person.open("period=7d")
    assert cookies(person) == []
    page = person.sign_in("period=7d")
    assert page.url == f"{person.address}?period=7d"
    (cookie,) = cookies(person)
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Strict")
    assert cookie["path"] == f"/{person.address.split('/', 3)[3]}"
    assert time.time() + 3500 < cookie["expires"] <= time.time() + 3601
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password")).to_be_visible()
    assert cookies(person) == []
    token = cookie["value"]
    assert client.send("GET", "report", authorization=f"Bearer {token}").status == 401


@pytest.mark.usefixtures("client")
def test_a_wrong_password_is_told_and_the_right_one_leads_to_the_same_place(local: Local, browser: Browser) -> None:
    person = person_at(browser, local)
    page = person.open("period=7d&site=localhost%3A8000")
    fill(page, "wrong")
    expect(page.get_by_role("alert")).to_have_text("There is no account with this user and password. Check both.")
    expect(page.get_by_label("User")).to_have_value(USER)
    expect(page.get_by_label("Password")).to_have_value("")
    assert cookies(person) == []
    fill(page, PASSWORD)
    expect(page.get_by_role("heading", name="localhost:8000, ")).to_be_visible()
    assert page.url == f"{person.address}?period=7d&site=localhost%3A8000"
    # Of a page with this status, the browser says so.
    assert [complaint for complaint in person.complaints if "401" not in complaint] == []
    page.context.close()


def opened(local: Local, token: str) -> tuple[Fernet, bytes]:
    """Return the key that a token was made with, which may not be the newest one, and what is in the token."""
    keys = local.context.client("dynamodb").get_item(
        TableName=local.outputs["tables"]["analytics-state"], Key={"Name": {"S": "session-keys"}}
    )["Item"]["Keys"]["L"]
    for key in keys:
        with contextlib.suppress(InvalidToken):
            return Fernet(key["S"]), Fernet(key["S"]).decrypt(token)
    raise AssertionError("no key of the stack opens the token")


@pytest.mark.usefixtures("client")
def test_an_expired_session_leads_to_the_form_and_back(local: Local, person: Person) -> None:
    person.sign_in()
    (cookie,) = cookies(person)
    sealer, sealed = opened(local, cookie["value"] + "=" * (-len(cookie["value"]) % 4))
    expired = sealer.encrypt_at_time(sealed, int(time.time()) - 3601).decode().rstrip("=")
    person.page.context.add_cookies([{**cookie, "value": expired}])  # type: ignore[typeddict-item]
    page = person.open("period=today")
    expect(page.get_by_role("alert")).to_have_text("Your session has ended. Sign in again.")
    fill(page, PASSWORD)
    expect(page.get_by_role("link", name="Today")).to_have_attribute("aria-current", "true")

    # And as browsers do it: the cookie is gone, and a link of the page is followed.
    page.context.clear_cookies()
    page.get_by_role("link", name="7 days").click()
    expect(page.get_by_role("alert")).to_have_text("Your session has ended. Sign in again.")


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize("path", ["sign-in", "sign-out"])
def test_a_post_of_another_site_does_nothing(local: Local, browser: Browser, path: str) -> None:
    person = person_at(browser, local, permissions=["local-network-access"])
    page = person.sign_in()
    before = cookies(person)
    form = f"""<form method="post" action="{person.address}/{path}"><input name="user" value="{USER}">
        <input name="password" value="{PASSWORD}"><button>Win</button></form>"""
    page.route("http://localhost:8000/**", lambda route: route.fulfill(content_type="text/html", body=form))
    page.goto("http://localhost:8000/")
    with page.expect_response(f"**/analytics/{path}") as answered:
        page.get_by_role("button", name="Win").click()
    assert answered.value.status == 403
    assert "set-cookie" not in answered.value.headers
    expect(page.get_by_role("alert")).to_contain_text("not sent from a page of this service")
    assert cookies(person) == before
    person.open()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.context.close()
