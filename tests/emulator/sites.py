"""Two sites, their views, and the sketches of their visitors."""

import itertools
import random
from collections import defaultdict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.emulator.test_analytics import BOT, BROWSERS, CLIENTS, Client

ORIGINS = {"example.com": "https://example.com", "localhost:8000": "http://localhost:8000"}
VIEWS = 400
OLDER_VIEWS = 1000
OLDER_DAYS = 60
SUNDAY = 6
LONG = "/" + "long" * 60
RIGHT_TO_LEFT = "/تحليلات/الصفحات-الأكثر-زيارة"
MARKUP = "/<script>alert(1)</script>\"'>"
PATHS = ["/", "/", "/", "/", "/pricing", "/pricing", "/docs/start", "/blog/exact-counts", "/about", RIGHT_TO_LEFT]
HOSTILE = [LONG, MARKUP]
REFERRERS = ["https://search.example/", "https://search.example/?q=a", "https://news.example/item", "", ""]
CAMPAIGNS = ["", "", "?utm_campaign=autumn", "?utm_campaign=newsletter"]
COUNTRIES = ["DE", "DE", "FR", "NL"]
AGENTS = [*BROWSERS.values(), BROWSERS["Firefox"], BOT]


@dataclass(frozen=True, kw_only=True)
class Site:
    """A site and its stored views."""

    name: str
    views: list[dict[str, Any]]

    def between(self, first: str, last: str) -> list[dict[str, Any]]:
        return [view for view in self.views if first <= day_of(view) <= last]


def day_of(view: Mapping[str, Any]) -> str:
    return str(view["Section"]["S"].split("/")[0])


def is_human(view: Mapping[str, Any]) -> bool:
    return "Bot" not in view


def counted_sites(client: Client) -> dict[str, Site]:
    """Send 400 views, copy some to earlier days, and return the sites when all are counted."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(lambda number: send(client, number), range(VIEWS)))
    sent = all_views(client)
    assert len(sent) == VIEWS
    older = [older_view(sent, number) for number in range(OLDER_VIEWS)]
    client.local.write("analytics-views", [{"PutRequest": {"Item": view}} for view in older])
    views = all_views(client)
    assert len(views) == VIEWS + OLDER_VIEWS
    put_sketches(client, views)
    return {
        name: Site(name=name, views=[view for view in views if view["Path"]["S"] == f"view/{name}"]) for name in ORIGINS
    }


def send(client: Client, number: int) -> None:
    dice = random.Random(number)
    origin = ORIGINS["example.com" if dice.random() < 0.8 else "localhost:8000"]
    path = dice.choice(HOSTILE if number % 20 == 0 else PATHS) + dice.choice(CAMPAIGNS)
    visit = {"url": origin + path, "referrer": dice.choice(REFERRERS)}
    headers = {
        "origin": origin,
        "user_agent": dice.choice(AGENTS),
        "cloudfront_viewer_country": dice.choice(COUNTRIES),
        "x_origin_secret": "local",
    }
    assert client.send("POST", "collect", visit, **headers).status == 202


def all_views(client: Client) -> list[dict[str, Any]]:
    """Wait until the trigger has counted all views, and return them."""
    client.wait_until_counted()
    return [item for item in client.items("analytics-views") if item["Path"]["S"].startswith("view/")]


def older_view(sent: list[dict[str, Any]], number: int) -> dict[str, Any]:
    """Return a copy of a view on an earlier day: more on recent days, fewer on Sundays."""
    dice = random.Random(number)
    now = datetime.now(UTC)
    moments = [now - timedelta(days=days) for days in range(1, OLDER_DAYS)]
    weights = [(2 * OLDER_DAYS - ago) * (1 if moment.weekday() < SUNDAY else 0.5) for ago, moment in enumerate(moments)]
    (moment,) = dice.choices(moments, weights)
    section = f"{moment.date()}/{int(moment.timestamp() * 1000):015d}-{number:016x}"
    older = {**dice.choice(sent), "Section": {"S": section}, "Visitor": {"S": f"{int(dice.expovariate(1 / 40)):032x}"}}
    del older["Counted"]
    return older


def put_sketches(client: Client, views: list[dict[str, Any]]) -> None:
    """Store the sketches of earlier days and of their months, with the visitors of their views."""
    today = str(datetime.now(UTC).date())
    registers: dict[tuple[str, str, str], dict[str, int]] = defaultdict(dict)
    for view in views:
        site, day = view["Path"]["S"].removeprefix("view/"), day_of(view)
        if day == today or not is_human(view):
            continue
        register, rank = mark(view["Visitor"]["S"])
        for granularity, bucket in (("day", day), ("month", day[:7])):
            ranks = registers[site, granularity, bucket]
            ranks[register] = max(rank, ranks.get(register, 0))
    for (site, granularity, bucket), ranks in registers.items():
        sketch = {
            "Path": {"S": f"sketch/{site}/{granularity}"},
            "Section": {"S": bucket},
            "Since": {"S": bucket if granularity == "day" else f"{bucket}-01"},
            **{register: {"N": str(rank)} for register, rank in ranks.items()},
        }
        client.dynamodb.put_item(TableName=client.outputs["tables"]["analytics-totals"], Item=sketch)


def mark(visitor: str) -> tuple[str, int]:
    """Return the attribute of a visitor's register in a sketch, and its rank."""
    dice = random.Random(visitor)
    return f"R{dice.randrange(1024)}", next(rank for rank in itertools.count(1) if dice.random() < 0.5)
