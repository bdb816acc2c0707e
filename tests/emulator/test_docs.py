"""The documentation in a real browser."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from local.tokens import SignIn, create_user
from pipeline.http_client import request
from tests.browser import chromium
from tests.emulator.conftest import Local


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with chromium() as browser:
        yield browser.new_page()


def test_documented_operations_can_be_tried_after_signing_in(local: Local, page: Page) -> None:
    api_url = local.outputs["apiUrl"]
    hosts: set[str] = set()
    errors: list[str] = []
    page.context.on("request", lambda sent: hosts.add(sent.url.split("/")[2]))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))

    page.goto(f"{api_url}/docs")
    document = json.loads(request("GET", f"{api_url}/openapi.json").body)
    operations = [
        operation for path in document["paths"].values() for operation in path.values() if isinstance(operation, dict)
    ]
    expect(page.locator(".opblock")).to_have_count(len(operations))

    sign_in = SignIn.from_outputs(local.outputs)
    user = create_user(local.context, sign_in)
    page.locator("button.authorize").first.click()
    dialog = page.locator(".modal-ux")
    code_flow = dialog.locator(".auth-container").filter(has_text="authorizationCode").first
    code_flow.get_by_text("select all").click()
    with page.expect_popup() as opened:
        code_flow.locator("button.authorize").click()
    popup = opened.value
    popup.get_by_label("Username").fill(user.email)
    popup.get_by_label("Password").fill(user.password)
    with popup.expect_event("close"):
        popup.get_by_role("button", name="Sign in").click()
    expect(code_flow.get_by_role("heading", name="Authorized")).to_be_visible()
    dialog.locator(".close-modal").click()

    listing = page.locator(".opblock-get").filter(has=page.locator('[data-path="/currencies"]'))
    listing.locator(".opblock-summary").click()
    listing.get_by_role("button", name="Try it out").click()
    listing.get_by_role("button", name="Execute").click()
    expect(listing.locator(".live-responses-table .response .response-col_status")).to_contain_text("200")

    assert hosts == {api_url.split("/")[2]}
    assert errors == []
