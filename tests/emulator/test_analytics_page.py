"""The HTML reports in a real browser, through the gateway, the stream and the trigger."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from local.analytics import sign_in
from tests.emulator.conftest import Local
from tests.emulator.report_user import ReportUser, check_on_all_screens, checked_user, user_at
from tests.emulator.sites import LONG, RIGHT_TO_LEFT, Site, counted_sites, day_of, is_human
from tests.emulator.test_analytics import Client, clear

LISTS = {
    "pages": "Page",
    "referrers": "Referrer",
    "browsers": "Browser",
    "systems": "System",
    "devices": "Device",
    "countries": "Country",
    "campaigns": "Campaign",
}
FIRST_LOAD_BYTES = 100_000


@pytest.fixture(scope="module")
def client(local: Local) -> Iterator[Client]:
    """A client of a service without other views."""
    client = Client(local=local)
    sign_in(local.context, local.outputs)
    clear(client)
    yield client
    clear(client)


@pytest.fixture(scope="module")
def sites(client: Client) -> dict[str, Site]:
    return counted_sites(client)


@pytest.fixture
def user(local: Local, browser: Browser) -> Iterator[ReportUser]:
    with checked_user(browser, local) as user:
        yield user


def report(client: Client, query: Mapping[str, str]) -> dict[str, Any]:
    token = sign_in(client.local.context, client.local.outputs)
    reply = client.send("GET", f"report?{urlencode(query)}", authorization=f"Bearer {token}")
    assert reply.status == 200, reply.body
    answer: dict[str, Any] = json.loads(reply.body)
    return answer


def number(text: str) -> int:
    return int(text.replace(",", ""))


def totals(page: Page) -> dict[str, int | None]:
    """Return the totals on a page by name."""
    shown = {}
    for card in page.locator("dl.totals > div").all():
        data = card.locator("dd").first.locator("data")
        shown[card.locator("dt").inner_text()] = int(data.get_attribute("value") or "") if data.count() else None
    return shown


def rows(page: Page, selector: str) -> list[list[str]]:
    """Return the text of each cell of a table, row by row."""
    return [row.locator("th, td").all_text_contents() for row in page.locator(f"{selector} tbody tr").all()]


def share(part: int, whole: int) -> str:
    thousandths = (part * 1000 + whole // 2) // whole
    return f"{thousandths // 10}.{thousandths % 10}%"


def assert_shows(page: Page, answer: Mapping[str, Any], views: list[dict[str, Any]]) -> None:
    """Check every number of a page against the JSON report and the stored views of its period."""
    humans = [view for view in views if is_human(view)]
    visitors = {(day_of(view), view["Visitor"]["S"]) for view in humans}
    shown = totals(page)
    assert shown["Views"] == answer["totals"]["views"] == len(humans)
    assert shown["Visitors"] == answer["totals"]["visitors"] == len(visitors)
    assert shown["Unique visitors"] == answer["uniqueVisitors"]["estimate"] <= len(visitors)
    assert shown["Views by bots"] == answer["totals"]["bots"] == len(views) - len(humans)

    buckets = rows(page, ".chart")
    assert [bucket[0] for bucket in buckets] == [point["bucket"] for point in answer["series"]]
    for name, column in (("views", 1), ("visitors", 2), ("bots", 3)):
        assert [number(bucket[column]) for bucket in buckets] == [point[name] for point in answer["series"]], name
    assert [number(bucket[5]) for bucket in buckets] == [point["views"] for point in answer["previous"]["series"]]

    for name, attribute in LISTS.items():
        raw: dict[str, list[tuple[str, str]]] = {}
        for view in humans:
            if attribute in view:
                raw.setdefault(view[attribute]["S"], []).append((day_of(view), view["Visitor"]["S"]))
        expected = [
            [row["value"], row["views"], row["visitors"], share(row["views"], len(humans))]
            for row in answer[name]["rows"]
        ]
        listed = [
            [value, number(count), number(visitors), part]
            for value, count, visitors, part in rows(page, f"section[aria-labelledby={name}]")
        ]
        assert listed == expected, name
        numbers = {value: (len(seen), len(set(seen))) for value, seen in raw.items()}
        assert {value: (count, visitors) for value, count, visitors, _ in listed} == numbers, name
    raw_bots = Counter(view["Bot"]["S"] for view in views if not is_human(view))
    assert {value: number(count) for value, count, _ in rows(page, ".bots")} == dict(raw_bots)


def test_page_api_and_views_have_the_same_numbers(client: Client, sites: dict[str, Site], user: ReportUser) -> None:
    page = user.sign_in()
    today = datetime.now(UTC).date()
    for site in sites.values():
        for by, days in (("day", 30), ("day", 1), ("week", 40), ("month", 50)):
            query = {"site": site.name, "from": str(today - timedelta(days=days - 1)), "to": str(today), "by": by}
            answer = report(client, query)
            user.open(urlencode(query))
            assert_shows(page, answer, site.between(answer["from"], answer["to"]))


def test_site_period_and_filters_work_without_javascript(
    local: Local, browser: Browser, client: Client, sites: dict[str, Site]
) -> None:
    user = user_at(browser, local, java_script_enabled=False)
    page = user.sign_in()
    today = datetime.now(UTC).date()
    page.get_by_label("Site").select_option("localhost:8000")
    page.get_by_label("From", exact=True).fill(str(today - timedelta(days=9)))
    page.locator("select[name=by]").select_option("week")
    with page.expect_navigation():
        page.get_by_role("button", name="Show").click()
    query = {"site": "localhost:8000", "from": str(today - timedelta(days=9)), "to": str(today), "by": "week"}
    answer = report(client, query)
    assert_shows(page, answer, sites["localhost:8000"].between(answer["from"], answer["to"]))

    for name, days in (("Today", 1), ("7 days", 7), ("30 days", 30), ("This month", today.day)):
        page.get_by_role("link", name=name).click()
        expect(page.get_by_role("link", name=name)).to_have_attribute("aria-current", "true")
        first = "" if days == 1 else f"{today - timedelta(days=days - 1)} to "
        expect(page.get_by_role("heading", name=f"localhost:8000, {first}{today}")).to_be_visible()

    for name in ("Firefox", "/pricing"):
        with page.expect_navigation():
            page.get_by_role("link", name=name, exact=True).click()
    views = [
        view
        for view in sites["localhost:8000"].between(str(today.replace(day=1)), str(today))
        if view["Browser"]["S"] == "Firefox" and view["Page"]["S"] == "/pricing"
    ]
    assert totals(page)["Views"] == len(views)
    page.get_by_role("link", name="Show all, not only page /pricing").click()
    page.get_by_role("link", name="Show all, not only browser Firefox").click()
    expect(page.locator(".filters")).to_have_count(0)
    assert user.errors == []
    page.context.close()


@pytest.mark.usefixtures("sites")
def test_reports_can_be_downloaded(client: Client, user: ReportUser) -> None:
    page = user.sign_in("period=7d&site=example.com")
    today = datetime.now(UTC).date()
    query = {"site": "example.com", "from": str(today - timedelta(days=6)), "to": str(today)}
    with page.expect_download() as downloaded:
        page.get_by_role("link", name="Download as JSON").click()
    assert json.loads(downloaded.value.path().read_text()) == report(client, query)
    assert downloaded.value.suggested_filename.endswith(".json")
    with page.expect_download() as downloaded:
        page.get_by_role("link", name="CSV of browsers").click()
    table = list(csv.reader(io.StringIO(downloaded.value.path().read_text())))
    assert downloaded.value.suggested_filename == f"example.com-browsers-{query['from']}-{query['to']}.csv"
    assert [row[:3] for row in rows(page, "section[aria-labelledby=browsers]")] == table[1:]


@pytest.mark.usefixtures("client")
def test_a_site_without_views_shows_a_working_tracker(local: Local, browser: Browser, user: ReportUser) -> None:
    page = user.sign_in("from=2020-01-01&to=2020-01-31&site=example.com")
    found = re.findall(r'src="(.*?)"', page.locator("pre").inner_text())
    tracker = user_at(browser, local)
    for url, expected in zip(found, ["text/javascript; charset=utf-8", "image/gif"], strict=True):
        response = tracker.page.goto(url)
        assert response is not None
        assert response.headers["content-type"] == expected
    tracker.page.context.close()


@pytest.mark.usefixtures("sites")
def test_the_page_is_small_and_runs_no_script(user: ReportUser) -> None:
    sizes: list[int] = []
    user.page.on("response", lambda response: sizes.append(len(response.body())) if response.status < 300 else None)
    page = user.sign_in()
    assert len(sizes) == 2, "the form, the page"
    assert sum(sizes) < FIRST_LOAD_BYTES
    assert page.locator("script").count() == 0


STATES = {
    "report": "site=example.com",
    "filtered": "site=example.com&browser=Firefox&page=%2Fpricing",
    "long": f"site=example.com&{urlencode({'page': LONG})}",
    "right to left": f"site=example.com&{urlencode({'page': RIGHT_TO_LEFT})}",
    "empty": "from=2020-01-01&to=2020-01-31",
    "year": "from=2026-01-01&to=2027-02-04",
    "end of time": "from=9999-12-01&to=9999-12-31",
}


@pytest.mark.usefixtures("sites")
def test_every_state_is_accessible_and_fits_on_all_screens(local: Local, browser: Browser) -> None:
    user = user_at(browser, local)
    page = user.open()
    check_on_all_screens(page)
    user.sign_in()
    for name, query in STATES.items():
        user.open(query)
        if name != "year":  # 400 rows like those of the others take a third of this test's time
            page.get_by_text("Numbers of the chart").click()
        check_on_all_screens(page)
    assert user.errors == []
    user.open("from=2026-11-02&to=2026-11-01")
    expect(page.get_by_role("alert")).to_contain_text("give them in order")
    check_on_all_screens(page)
    page.context.close()


@pytest.mark.usefixtures("sites")
def test_the_readme_screenshot_is_small(
    local: Local, browser: Browser, screenshot: Callable[[Page, str], None]
) -> None:
    user = user_at(browser, local, viewport={"width": 1200, "height": 980})
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    page = user.sign_in(f"site=example.com&from={yesterday - timedelta(days=29)}&to={yesterday}")
    screenshot(page, "analytics.png")
    page.context.close()
