"""Signing in and out of the reports in a real browser."""

import contextlib
import time
from collections.abc import Iterator

import pytest
from cryptography.fernet import Fernet, InvalidToken
from playwright.sync_api import Browser, expect

from local.analytics import PASSWORD, USER, sign_in
from tests.emulator.conftest import Local
from tests.emulator.report_user import ReportUser, checked_user, cookies, fill, user_at
from tests.emulator.test_analytics import Client


@pytest.fixture
def user(local: Local, browser: Browser) -> Iterator[ReportUser]:
    with checked_user(browser, local) as user:
        yield user


@pytest.fixture(scope="module")
def client(local: Local) -> Client:
    """A client of a service with the local user."""
    sign_in(local.context, local.outputs)
    return Client(local=local)


def test_the_session_is_the_only_cookie_and_restricted(client: Client, user: ReportUser) -> None:
    user.open("period=7d")
    assert cookies(user) == []
    page = user.sign_in("period=7d")
    assert page.url == f"{user.address}?period=7d"
    (cookie,) = cookies(user)
    assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Strict")
    assert cookie["path"] == f"/{user.address.split('/', 3)[3]}"
    assert time.time() + 3500 < cookie["expires"] <= time.time() + 3601
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password")).to_be_visible()
    assert cookies(user) == []
    token = cookie["value"]
    assert client.send("GET", "report", authorization=f"Bearer {token}").status == 401


@pytest.mark.usefixtures("client")
def test_signing_in_after_an_error_returns_to_the_page(local: Local, browser: Browser) -> None:
    user = user_at(browser, local)
    page = user.open("period=7d&site=localhost%3A8000")
    fill(page, "wrong")
    expect(page.get_by_role("alert")).to_have_text("Wrong user or password. Check both.")
    expect(page.get_by_label("User")).to_have_value(USER)
    expect(page.get_by_label("Password")).to_have_value("")
    assert cookies(user) == []
    fill(page, PASSWORD)
    expect(page.get_by_role("heading", name="localhost:8000, ")).to_be_visible()
    assert page.url == f"{user.address}?period=7d&site=localhost%3A8000"
    # Browsers log documents with status 401 as errors.
    assert [error for error in user.errors if "401" not in error] == []
    page.context.close()


def opened(local: Local, token: str) -> tuple[Fernet, bytes]:
    """Return the key that sealed a token, which may be an older one, and the token's content."""
    keys = local.context.client("dynamodb").get_item(
        TableName=local.outputs["tables"]["analytics-state"], Key={"Name": {"S": "session-keys"}}
    )["Item"]["Keys"]["L"]
    for key in keys:
        with contextlib.suppress(InvalidToken):
            return Fernet(key["S"]), Fernet(key["S"]).decrypt(token)
    raise AssertionError("no key of the stack decrypts the token")


@pytest.mark.usefixtures("client")
def test_an_expired_session_shows_the_form_and_returns(local: Local, user: ReportUser) -> None:
    user.sign_in()
    (cookie,) = cookies(user)
    sealer, sealed = opened(local, cookie["value"] + "=" * (-len(cookie["value"]) % 4))
    expired = sealer.encrypt_at_time(sealed, int(time.time()) - 3601).decode().rstrip("=")
    user.page.context.add_cookies([{**cookie, "value": expired}])  # type: ignore[typeddict-item]
    page = user.open("period=today")
    expect(page.get_by_role("alert")).to_have_text("Your session has ended. Sign in again.")
    fill(page, PASSWORD)
    expect(page.get_by_role("link", name="Today")).to_have_attribute("aria-current", "true")

    # As in a browser: the cookie has expired, and the user follows a link.
    page.context.clear_cookies()
    page.get_by_role("link", name="7 days").click()
    expect(page.get_by_role("alert")).to_have_text("Your session has ended. Sign in again.")


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize("path", ["sign-in", "sign-out"])
def test_a_cross_site_post_does_nothing(local: Local, browser: Browser, path: str) -> None:
    user = user_at(browser, local, permissions=["local-network-access"])
    page = user.sign_in()
    before = cookies(user)
    form = f"""<form method="post" action="{user.address}/{path}"><input name="user" value="{USER}">
        <input name="password" value="{PASSWORD}"><button>Win</button></form>"""
    page.route("http://localhost:8000/**", lambda route: route.fulfill(content_type="text/html", body=form))
    page.goto("http://localhost:8000/")
    with page.expect_response(f"**/analytics/{path}") as answered:
        page.get_by_role("button", name="Win").click()
    assert answered.value.status == 403
    assert "set-cookie" not in answered.value.headers
    expect(page.get_by_role("alert")).to_contain_text("was not sent from a page of this service")
    assert cookies(user) == before
    user.open()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.context.close()
