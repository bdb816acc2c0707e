"""The tracker in a real Firefox."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from marionette_driver.marionette import Marionette

from tests.browser import executable
from tests.emulator.conftest import Local
from tests.emulator.test_analytics import Client
from tests.emulator.test_tracker import HOST, SITE, UNUSABLE, SiteServer, site
from tests.waiting import eventually

__all__ = ["site"]

PROXY = """function FindProxyForURL(url, host) {
    return url.startsWith("SITE/") ? "PROXY 127.0.0.1:PORT" : "DIRECT";
}"""
ROUTER = """
let errors = [], refused = false;
listen("error", event => errors.push(event.message));
history.pushState({number: 1}, "", arguments[0] + "/one");
history.replaceState({number: 2}, "", "/two");
try { history.pushState({}, "", "https://elsewhere.example/") } catch { refused = true }
return [errors, location.pathname, history.state.number, refused];
"""


@pytest.fixture(scope="module")
def firefox(site: SiteServer) -> Iterator[Any]:
    """Start a headless Firefox that resolves the site to its local port."""
    path = executable("firefox-esr")
    proxy = PROXY.replace("SITE", SITE).replace("PORT", str(site.server_port))
    settings = {
        "network.proxy.type": 2,
        "network.proxy.autoconfig_url": f"data:text/javascript,{quote(proxy)}",
        "network.proxy.allow_hijacking_localhost": True,
    }
    # A separate file, because Marionette deletes an existing one.
    with tempfile.TemporaryDirectory() as folder:
        browser = Marionette(bin=path, headless=True, prefs=settings, gecko_log=str(Path(folder) / "firefox.log"))
        browser.start_session()
        try:
            yield browser
        finally:
            browser.quit()
            browser.cleanup()


def items(local: Local, kind: str, path: str) -> list[dict[str, Any]]:
    """Wait for views or leaves of a page, and return them."""

    def found() -> list[dict[str, Any]]:
        all_items = Client(local=local).items("analytics-views")
        ids = [item["Section"]["S"] for item in all_items if item.get("Page", {}).get("S") == path]
        return [
            item
            for item in all_items
            if item["Path"]["S"] == f"{kind}/{HOST}" and item["Section"]["S"].startswith(tuple(ids))
        ]

    return eventually(found, lambda: f"there is no {kind} of {path}")


POLICIES = {"none": "", **{name: f'<meta name="referrer" content="{name}">' for name in ("same-origin", "no-referrer")}}
"""Markup of referrer policies. With these, Firefox sends no origin with beacons."""


@pytest.mark.parametrize("policy", POLICIES)
def test_firefox_counts_and_measures_a_page(site: SiteServer, local: Local, firefox: Any, policy: str) -> None:
    path = f"/firefox-{policy}"
    site.shapes[path] = f'{POLICIES[policy]}<script async src="ADDRESS"></script>'
    firefox.navigate(f"{SITE}{path}")
    (view,) = items(local, "view", path)
    assert view["Browser"]["S"] == "Firefox"
    time.sleep(0.5)
    # Without a sandbox, which would use the browser's own functions instead of the page's.
    firefox.execute_script(f"history.pushState({{}}, '', '{path}/next')", sandbox=None)
    assert firefox.execute_script("return location.pathname") == f"{path}/next"
    items(local, "view", f"{path}/next")
    items(local, "leave", path)
    time.sleep(0.5)
    firefox.navigate("about:blank")
    items(local, "leave", f"{path}/next")


@pytest.mark.parametrize("script", UNUSABLE.values(), ids=UNUSABLE)
def test_tracker_errors_never_reach_the_page_in_firefox(site: SiteServer, firefox: Any, script: str) -> None:
    site.shapes["/broken"] = (
        f'<script>window.listen = addEventListener; {script}</script><script src="ADDRESS"></script>'
    )
    firefox.navigate(f"{SITE}/broken")
    routed = firefox.execute_script(ROUTER, script_args=["/routed"], sandbox=None)
    assert routed == [[], "/two", 2, True]
