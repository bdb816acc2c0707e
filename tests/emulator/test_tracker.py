"""The tracker in a real browser, on a page of a configured site."""

import json
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from tests.browser import chromium, chromium_alone
from tests.emulator.conftest import Local
from tests.emulator.test_analytics import BROWSERS, Client, clear
from tests.waiting import eventually

HOST = "localhost:8000"
SITE = f"http://{HOST}"
SHORTLY_MS = 300
PATIENCE_MS = 30_000


class Visit:
    """A browser tab on the site; records requests and errors."""

    def __init__(self, local: Local, context: BrowserContext) -> None:
        """Open a page in the browser."""
        self._local = local
        self.context = context
        self.sent: list[tuple[str, str]] = []
        self.errors: list[str] = []
        context.on("request", lambda request: self._note(request.method, request.url))
        self.page = context.new_page()
        self.page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _note(self, method: str, url: str) -> None:
        if "/analytics/" in url:
            self.sent.append((method, url.rsplit("/", 1)[1]))

    def go(self, path: str) -> Page:
        """Open a page, and wait until its view is collected."""
        with self.page.expect_response("**/analytics/collect") as answered:
            self.page.goto(f"{SITE}{path}")
        assert answered.value.status == 202
        return self.page

    def push(self, path: str) -> None:
        """Change the page by script, and wait until its view is collected."""
        with self.page.expect_response("**/analytics/collect"):
            self.page.evaluate(f"history.pushState({{}}, '', '{path}')")

    def prerender(self) -> None:
        """Let pages be prerendered, until they are activated."""
        self.context.add_init_script("Object.defineProperty(document, 'prerendering', {value: true, writable: true})")

    def activate(self) -> None:
        """Show the prerendered page."""
        self.page.evaluate("document.prerendering = false; document.dispatchEvent(new Event('prerenderingchange'))")

    def until(self, reached: Callable[[], bool]) -> None:
        """Wait until a condition holds: leaves are sent in the background, in any order.

        Not `eventually`, because the browser's events arrive only while Playwright itself waits.
        """
        for _ in range(PATIENCE_MS // SHORTLY_MS):
            if reached():
                return
            self.page.wait_for_timeout(SHORTLY_MS)
        raise AssertionError

    def stored(self, kind: str) -> list[dict[str, Any]]:
        """Return the views or leaves of the site."""
        items = Client(local=self._local).items("analytics-views")
        return [item for item in items if item["Path"]["S"] == f"{kind}/{HOST}"]

    def leaves_of(self, path: str) -> list[dict[str, Any]]:
        """Return the leaves of the views of a page."""
        ids = [view["Section"]["S"] for view in self.stored("view") if view["Page"]["S"] == path]
        return [leave for leave in self.stored("leave") if leave["Section"]["S"].startswith(tuple(ids))]


class SiteServer(ThreadingHTTPServer):
    """A site on a free port; every path is a long page with the tracker."""

    def __init__(self, local: Local) -> None:
        """Listen on a free port; requests wait until they are served."""
        super().__init__(("127.0.0.1", 0), SitePage)
        self.tracker = f"{local.outputs['apiUrl']}/analytics/a.js"
        self.shapes: dict[str, str] = {}
        """Markup of pages that load the tracker differently, by path; ADDRESS is the script's URL."""
        self.requested: list[str] = []

    def page(self, path: str) -> bytes:
        markup = self.shapes.get(path, '<script async src="ADDRESS"></script>').replace("ADDRESS", self.tracker)
        return f'<!doctype html><title>page</title><body style="height: 4000px">{markup}'.encode()


class SitePage(BaseHTTPRequestHandler):
    server: SiteServer

    def do_GET(self) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("content-type", "text/html")
        path = urlsplit(self.path).path
        self.server.requested.append(path)
        page = self.server.page(path)
        self.send_header("content-length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name of the base class)
        """Print nothing."""


@pytest.fixture(scope="module")
def site(local: Local) -> Iterator[SiteServer]:
    """Serve a site without views."""
    clear(Client(local=local))
    with SiteServer(local) as site:
        Thread(target=site.serve_forever, daemon=True).start()
        yield site
        site.shutdown()


@pytest.fixture(scope="module")
def browser(site: SiteServer) -> Iterator[Browser]:
    """Start a browser that resolves the site; intercepted requests would lose those of closed pages."""
    with chromium(f"--host-resolver-rules=MAP {HOST} 127.0.0.1:{site.server_port}") as browser:
        yield browser


def context_of(browser: Browser) -> BrowserContext:
    """Open a browser context that may call localhost and whose user agent is not headless, which would be a bot."""
    return browser.new_context(user_agent=BROWSERS["Chrome"], permissions=["local-network-access"])


@pytest.fixture
def visit(local: Local, browser: Browser) -> Iterator[Visit]:
    context = context_of(browser)
    yield Visit(local, context)
    assert context.cookies() == []
    context.close()


def test_loads_changes_and_leaves_of_a_page_are_reported(visit: Visit) -> None:
    page = visit.go("/first?utm_source=letter")
    page.wait_for_timeout(SHORTLY_MS)
    page.evaluate("scrollTo(0, 1e6)")
    page.wait_for_timeout(SHORTLY_MS)
    visit.push("/second")
    page.wait_for_timeout(SHORTLY_MS)
    page.goto("about:blank")
    visit.until(lambda: all(visit.leaves_of(path) for path in ("/first", "/second")))
    (first,), (second,) = visit.leaves_of("/first"), visit.leaves_of("/second")
    assert int(first["DurationMs"]["N"]) >= SHORTLY_MS
    assert first["Scroll"]["N"] == "100"
    assert int(second["DurationMs"]["N"]) > 0
    assert visit.errors == []


def test_reports_need_no_preflight(visit: Visit) -> None:
    settle(visit.go("/plain"))
    visit.push("/plain/next")
    visit.until(lambda: ("POST", "append") in visit.sent)
    assert "OPTIONS" not in {method for method, _ in visit.sent}


def test_private_views_are_counted_but_not_measured(visit: Visit) -> None:
    visit.context.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', {value: true})")
    page = visit.go("/private")
    page.goto("about:blank")
    page.wait_for_timeout(SHORTLY_MS)
    (view,) = [view for view in visit.stored("view") if view["Page"]["S"] == "/private"]
    assert visit.leaves_of("/private") == []
    assert view["Browser"]["S"] == "Chrome"


def test_the_page_works_when_the_tracker_is_rejected(local: Local, browser: Browser) -> None:
    context = context_of(browser)
    visit = Visit(local, context)
    context.route("**/analytics/collect", lambda route: route.abort())
    visit.page.goto(f"{SITE}/refused")
    expect(visit.page).to_have_title("page")
    visit.page.wait_for_timeout(SHORTLY_MS)
    assert not [error for error in visit.errors if "ERR_FAILED" not in error]
    context.close()


UNUSABLE = {
    "no fetch": "delete window.fetch",
    "a fetch that throws": "window.fetch = () => { throw new Error('fetch') }",
    "a fetch that returns nothing": "window.fetch = () => undefined",
    "a fetch that rejects": "window.fetch = () => Promise.reject(new Error('fetch'))",
    "an unexpected response": "window.fetch = () => Promise.resolve({json: () => null})",
    "no listeners": "window.addEventListener = () => { throw new Error('listener') }",
    "a frozen history": "Object.freeze(history)",
    "a clock that throws": "performance.now = () => { throw new Error('clock') }",
    "no JSON": "JSON.stringify = () => { throw new Error('JSON') }",
    "no URL": "window.URL = undefined",
    "no current script": "Object.defineProperty(document, 'currentScript', {value: null})",
    "a referrer that throws": "Object.defineProperty(document, 'referrer', {get() { throw new Error('referrer') }})",
    "another navigation": "window.navigation = {}",
}
ROUTER = """() => {
    const errors = []
    addEventListener('error', event => errors.push(event.message))
    addEventListener('unhandledrejection', event => errors.push(String(event.reason)))
    history.pushState({number: 1}, '', '/one')
    history.replaceState({number: 2}, '', '/two')
    let refused = false
    try { history.pushState({}, '', 'https://elsewhere.example/') } catch { refused = true }
    dispatchEvent(new Event('scroll'))
    document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))
    return new Promise(done => setTimeout(() => done([errors, location.pathname, history.state.number, refused]), 300))
}"""


@pytest.mark.parametrize("script", UNUSABLE.values(), ids=UNUSABLE)
def test_tracker_errors_never_reach_the_page(local: Local, browser: Browser, script: str) -> None:
    context = context_of(browser)
    visit = Visit(local, context)
    listen = "window.listen = addEventListener;"
    context.add_init_script(f"{listen} {script}")
    visit.page.goto(f"{SITE}/broken")
    visit.page.wait_for_load_state("networkidle")
    routed = visit.page.evaluate(ROUTER.replace("addEventListener(", "listen("))
    assert routed == [[], "/two", 2, True]
    assert visit.errors == []
    context.close()


LATE = """{
    const original = fetch
    const released = new Promise(release => window.release = release)
    window.fetch = async (url, options) => {
        const answer = await original(url, options)
        if (options.body.includes('/late"')) await released
        return answer
    }
}"""


def test_a_late_response_does_not_shorten_the_next_view(visit: Visit) -> None:
    visit.context.add_init_script(LATE)
    page = visit.go("/late")
    visit.push("/after-late")
    page.wait_for_timeout(3 * SHORTLY_MS)
    page.evaluate("release()")
    page.goto("about:blank")
    visit.until(lambda: bool(visit.leaves_of("/after-late")))
    (leave,) = visit.leaves_of("/after-late")
    assert int(leave["DurationMs"]["N"]) > 2 * SHORTLY_MS


CLASSIC = '<script src="ADDRESS"></script>'
MODULE = '<script type="module" src="ADDRESS"></script>'
INSERTED = """<script>
    document.head.append(Object.assign(document.createElement('script'), {src: 'ADDRESS'}))
</script>"""
SHAPES = {
    "classic": CLASSIC,
    "deferred": '<script defer src="ADDRESS"></script>',
    "module": MODULE,
    "inserted": INSERTED,
    "twice": CLASSIC * 2,
    "thrice": '<script async src="ADDRESS"></script>' * 3,
    "module-twice": MODULE * 2,
    "module-and-classic": MODULE + CLASSIC,
    "inserted-and-classic": INSERTED + CLASSIC,
    "with-a-frame": f'{CLASSIC}<iframe src="/framed"></iframe>',
    "with-three-frames": CLASSIC + '<iframe src="/framed"></iframe>' * 3,
}


@pytest.fixture
def collected(visit: Visit) -> Iterator[list[str]]:
    """The paths of the views that the browser reports."""
    paths: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/analytics/collect"):
            paths.append(urlsplit(json.loads(request.post_data or "")["url"]).path)

    visit.context.on("request", note)
    yield paths
    assert visit.errors == []


def settle(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(SHORTLY_MS)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_page_is_counted_once_however_it_loads_the_tracker(
    site: SiteServer, visit: Visit, collected: list[str], shape: str
) -> None:
    site.shapes[f"/{shape}"] = SHAPES[shape]
    visit.page.goto(f"{SITE}/{shape}")
    settle(visit.page)
    assert collected == [f"/{shape}"]
    visit.push(f"/{shape}/next")
    assert collected == [f"/{shape}", f"/{shape}/next"]


def test_replace_state_while_scrolling_counts_one_view(visit: Visit, collected: list[str]) -> None:
    visit.go("/endless")
    for number in range(5):
        visit.page.evaluate(f"scrollTo(0, {number * 500}); history.replaceState(null, '', '/endless/{number}')")
    settle(visit.page)
    assert collected == ["/endless"]


ROUTERS = {
    "intercepts": """navigation.addEventListener('navigate', event => event.intercept());
        window.go = (url, history) => navigation.navigate(url, {history}).committed""",
    "saved functions": """const push = history.pushState.bind(history), replace = history.replaceState.bind(history);
        window.go = (url, history) => history === 'push' ? push({}, '', url) : replace({}, '', url)""",
    "no Navigation API": """delete window.navigation;
        window.go = (url, how) => history[how + 'State']({}, '', url)""",
}


@pytest.mark.parametrize("router", ROUTERS.values(), ids=ROUTERS)
def test_every_kind_of_router_is_counted(site: SiteServer, visit: Visit, collected: list[str], router: str) -> None:
    site.shapes["/routed"] = f"<script>{router}</script>{CLASSIC}<p id='part'>"
    visit.go("/routed")
    visit.page.evaluate("go('/routed/a', 'push')")
    visit.page.evaluate("go('/routed/b', 'push')")
    settle(visit.page)
    assert collected == ["/routed", "/routed/a", "/routed/b"]
    visit.page.evaluate("go('/routed/b/2', 'replace')")
    visit.page.evaluate("location.hash = 'part'")
    settle(visit.page)
    assert collected == ["/routed", "/routed/a", "/routed/b"]
    visit.page.evaluate("history.go(-2)")
    settle(visit.page)
    assert collected == ["/routed", "/routed/a", "/routed/b", "/routed/a"]


def test_a_page_from_the_back_forward_cache_is_counted_again(visit: Visit, collected: list[str]) -> None:
    visit.go("/cached")
    visit.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: false}))")
    visit.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    settle(visit.page)
    assert collected == ["/cached", "/cached"]


WHILE_PRERENDERED = {
    "pushState": ("", "history.pushState({}, '', '/prerendered/inside')", "/prerendered/inside"),
    "replaceState": ("", "history.replaceState({}, '', '/prerendered/replaced')", "/prerendered/replaced"),
    "countView": ("data-manual", "countView('/virtual')", "/virtual"),
}
"""An attribute of the script, what the page calls, and the path that is counted later."""


@pytest.mark.parametrize("case", WHILE_PRERENDERED.values(), ids=WHILE_PRERENDERED)
def test_a_prerendered_page_is_counted_once_when_it_is_shown(
    site: SiteServer, visit: Visit, collected: list[str], case: tuple[str, str, str]
) -> None:
    attribute, call, path = case
    visit.prerender()
    site.shapes["/prerendered"] = f'<script src="ADDRESS" {attribute}></script>'
    visit.page.goto(f"{SITE}/prerendered")
    visit.page.evaluate(call)
    settle(visit.page)
    assert collected == []
    visit.activate()
    settle(visit.page)
    assert collected == [path]


PRERENDERING = """<script type="speculationrules">
    {"prerender": [{"urls": ["/speculated"], "eagerness": "immediate"}]}
</script>
<a href="/speculated">next</a>
<script>
    setInterval(async () => {
        const response = await fetch('/activate')
        if ((await response.text()).includes('now')) document.querySelector('a').click()
    }, 100)
</script>"""
PRERENDERED = f"""{CLASSIC}
<script>addEventListener('load', () => fetch('/loaded-while-prerendering-' + document.prerendering))</script>"""


def test_a_prerendered_page_is_counted_when_it_is_shown(site: SiteServer, local: Local) -> None:
    """Playwright's debugger disables prerendering, so the browser runs on its own."""

    def views() -> int:
        items = Client(local=local).items("analytics-views")
        return sum(item.get("Page", {}).get("S") == "/speculated" for item in items)

    site.shapes |= {"/prerendering": PRERENDERING, "/speculated": PRERENDERED}
    switches = [
        f"--host-resolver-rules=MAP {HOST} 127.0.0.1:{site.server_port}",
        f"--user-agent={BROWSERS['Chrome']}",
        "--disable-features=LocalNetworkAccessChecks",
    ]
    with chromium_alone(f"{SITE}/prerendering", *switches):
        eventually(lambda: "/loaded-while-prerendering-true" in site.requested, lambda: site.requested)
        time.sleep(SHORTLY_MS / 1000)
        assert views() == 0
        site.shapes["/activate"] = "now"
        eventually(lambda: views() > 0, lambda: site.requested)
        time.sleep(SHORTLY_MS / 1000)
    assert views() == 1
    assert site.requested.count("/speculated") == 1


def test_a_hash_router_has_a_page_per_hash(site: SiteServer, visit: Visit, collected: list[str]) -> None:
    site.shapes["/app"] = '<script async src="ADDRESS" data-hash data-exclude="/app/admin"></script>'
    visit.page.goto(f"{SITE}/app?utm_source=mail#/start")
    settle(visit.page)
    for path in ("#/about", "#!/team", "#/admin", "#/list?q=a", "#/list?q=ab", "#/list#part", "#", "#/about"):
        visit.page.evaluate(f"location.hash = '{path}'")
        settle(visit.page)
    assert collected == ["/app/start", "/app/about", "/app/team", "/app/list", "/app/", "/app/about"]


def test_a_hash_router_keeps_the_campaign(site: SiteServer, visit: Visit) -> None:
    site.shapes["/campaign"] = '<script async src="ADDRESS" data-hash></script>'
    with visit.page.expect_request("**/analytics/collect") as sent:
        visit.page.goto(f"{SITE}/campaign?utm_source=mail#/list?page=2")
    assert json.loads(sent.value.post_data or "")["url"] == f"{SITE}/campaign/list?utm_source=mail"


def test_without_hash_mode_hashes_are_ignored(visit: Visit, collected: list[str]) -> None:
    visit.go("/long")
    visit.page.evaluate("location.hash = 'part-2'")
    settle(visit.page)
    assert collected == ["/long"]


def test_a_page_can_count_its_views_itself(site: SiteServer, visit: Visit, collected: list[str]) -> None:
    site.shapes["/manual"] = '<script src="ADDRESS" data-manual></script>'
    visit.page.goto(f"{SITE}/manual")
    visit.page.evaluate("history.pushState({}, '', '/manual/next')")
    settle(visit.page)
    assert collected == []
    visit.page.evaluate("countView(); countView('/virtual')")
    settle(visit.page)
    assert collected == ["/manual/next", "/virtual"]


def test_count_view_does_nothing_in_a_frame(site: SiteServer, visit: Visit, collected: list[str]) -> None:
    manual = '<script src="ADDRESS" data-manual></script>'
    site.shapes["/manual-frame"] = f"{manual}<script>countView('/inside')</script>"
    site.shapes["/manual-top"] = f'{manual}<iframe src="/manual-frame"></iframe><script>countView("/outside")</script>'
    visit.page.goto(f"{SITE}/manual-top")
    settle(visit.page)
    assert collected == ["/outside"]


EXCLUDED = {
    "/admin": False,
    "/admin/users": True,
    "/admin/users/": True,
    "/admin/users/7": False,
    "/drafts/a/b": True,
    "/a.b": True,
    "/aXb": False,
    "/": False,
}


@pytest.mark.parametrize("path", EXCLUDED)
def test_excluded_paths_are_not_counted(site: SiteServer, visit: Visit, collected: list[str], path: str) -> None:
    site.shapes[path] = '<script src="ADDRESS" data-exclude="/admin/*, /drafts/**,/a.b"></script>'
    visit.page.goto(f"{SITE}{path}")
    settle(visit.page)
    assert collected == ([] if EXCLUDED[path] else [path])
    visit.push("/counted")
    assert collected[-1] == "/counted"


@pytest.mark.parametrize("excluded", ["", "/drafts,", " , ,"])
def test_an_empty_pattern_excludes_nothing(site: SiteServer, visit: Visit, collected: list[str], excluded: str) -> None:
    site.shapes["/"] = f'<script src="ADDRESS" data-exclude="{excluded}"></script>'
    visit.go("/")
    assert collected == ["/"]


def test_excluded_paths_may_have_any_letters(site: SiteServer, visit: Visit, collected: list[str]) -> None:
    site.shapes["/letters"] = (
        '<meta charset="utf-8"><script src="ADDRESS" data-exclude="/über-uns, /%C3%A4/*"></script>'
    )
    visit.go("/letters")
    for path in ("/über-uns", "/ä/1", "/letters/end"):
        visit.page.evaluate(f"history.pushState({{}}, '', '{path}')")
        settle(visit.page)
    assert collected == ["/letters", "/letters/end"]
