"""Site analytics through the gateway, the stream and the trigger."""

import csv
import io
import json
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import pytest

from local.analytics import PASSWORD, USER, sign_in
from pipeline.http_client import Response, request
from services import session_keys
from services.analytics_users import put_user, remove_user
from tests.emulator.conftest import Local
from tests.waiting import eventually

ORIGIN = "https://example.com"
SITE = "example.com"
BROWSERS = {
    "Firefox": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Chrome": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 "
    "Safari/537.36",
    "Safari": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.6 Mobile/15E148 Safari/604.1",
}
BOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
VIEWS = 2000
CLIENTS = 8


@dataclass(frozen=True, kw_only=True)
class Client:
    """A client of `/analytics`."""

    local: Local

    @cached_property
    def outputs(self) -> dict[str, Any]:
        """The outputs of the stack."""
        return self.local.outputs

    @cached_property
    def dynamodb(self) -> Any:
        """A client of the stack's DynamoDB."""
        return self.local.context.client("dynamodb")

    def send(self, method: str, path: str, body: object = None, **headers: str) -> Response:
        """Send a request; names of headers have underscores for hyphens."""
        sent = {"origin": ORIGIN, "user-agent": BROWSERS["Firefox"], "content-type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        content = None if body is None else json.dumps(body).encode()
        return request(method, f"{self.outputs['apiUrl']}/analytics/{path}", content, sent)

    def collect(self, path: str, **headers: str) -> str:
        """Send a view, and return its id."""
        reply = self.send("POST", "collect", {"url": f"{ORIGIN}{path}", "referrer": ""}, **headers)
        assert reply.status == 202, reply.body
        view: str = json.loads(reply.body)["view"]
        return view

    def report(self, query: str = "") -> dict[str, Any]:
        """Sign in and read a report of the site."""
        token = sign_in(self.local.context, self.local.outputs)
        reply = self.send("GET", f"report?site={SITE}&{query}", authorization=f"Bearer {token}")
        assert reply.status == 200, reply.body
        report: dict[str, Any] = json.loads(reply.body)
        return report

    def items(self, table: str) -> list[dict[str, Any]]:
        """Return every item of a table."""
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=self.outputs["tables"][table])
        return [item for page in pages for item in page["Items"]]

    def delete_all(self, table: str) -> None:
        """Delete every item of a table."""
        keys = [{name: item[name] for name in ("Path", "Section")} for item in self.items(table)]
        self.local.write(table, [{"DeleteRequest": {"Key": key}} for key in keys])

    def views(self) -> list[dict[str, Any]]:
        """Return every raw view of the site."""
        return [item for item in self.items("analytics-views") if item["Path"]["S"] == f"view/{SITE}"]

    def wait_until_counted(self) -> list[dict[str, Any]]:
        """Return the raw views of the site once the trigger has counted those of all sites."""
        eventually(lambda: self._waiting() == 0, lambda: f"{self._waiting()} views wait")
        return self.views()

    def _waiting(self) -> int:
        pages = self.dynamodb.get_paginator("scan").paginate(
            TableName=self.outputs["tables"]["analytics-views"],
            Select="COUNT",
            FilterExpression="begins_with(#path, :view) AND attribute_not_exists(Counted)",
            ExpressionAttributeNames={"#path": "Path"},
            ExpressionAttributeValues={":view": {"S": "view/"}},
        )
        return sum(page["Count"] for page in pages)


@pytest.fixture
def client(local: Local) -> Iterator[Client]:
    """A client of a service without views."""
    client = Client(local=local)
    clear(client)
    yield client
    clear(client)


def clear(client: Client) -> None:
    """Delete all views and totals, once the views are counted."""
    client.wait_until_counted()
    for table in ("analytics-views", "analytics-totals"):
        client.delete_all(table)


def rows(report: dict[str, Any], dimension: str) -> dict[str, int]:
    return {row["value"]: row["views"] for row in report[dimension]["rows"]}


def raw(views: list[dict[str, Any]], attribute: str) -> dict[str, int]:
    humans = [view for view in views if "Bot" not in view]
    return dict(Counter(view[attribute]["S"] for view in humans if attribute in view))


def test_two_thousand_concurrent_views_are_counted_exactly(client: Client) -> None:
    agents = [*BROWSERS.values(), BOT]

    def one(number: int) -> None:
        path = f"/page-{number * number % 41}?utm_campaign=autumn-{number % 3}"
        client.collect(path, user_agent=agents[number % len(agents)])

    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(one, range(VIEWS)))
    views = client.wait_until_counted()
    assert len(views) == VIEWS
    report = client.report("limit=1000")
    humans = [view for view in views if "Bot" not in view]
    assert report["totals"]["views"] == len(humans) == sum(bucket["views"] for bucket in report["series"])
    assert report["totals"]["bots"] == VIEWS - len(humans)
    assert report["totals"]["visitors"] == len({view["Visitor"]["S"] for view in humans})
    for dimension, attribute in (
        ("pages", "Page"),
        ("campaigns", "Campaign"),
        ("browsers", "Browser"),
        ("systems", "System"),
        ("devices", "Device"),
    ):
        assert rows(report, dimension) == raw(views, attribute), dimension
    for by in ("week", "month"):
        assert client.report(f"by={by}")["totals"]["views"] == len(humans), by
    recount = client.local.run("reconcile")
    assert recount.returncode == 0, recount.stdout + recount.stderr
    assert recount.stdout.splitlines()[-1] == "drift 0"


def test_drift_of_a_total_is_found_and_repaired(client: Client) -> None:
    client.collect("/")
    client.wait_until_counted()
    (day,) = [item for item in client.items("analytics-totals") if item["Section"]["S"].startswith("page/20")][:1]
    client.dynamodb.update_item(
        TableName=client.outputs["tables"]["analytics-totals"],
        Key={name: day[name] for name in ("Path", "Section")},
        UpdateExpression="ADD #views :more",
        ExpressionAttributeNames={"#views": "Views"},
        ExpressionAttributeValues={":more": {"N": "5"}},
    )
    found = client.local.run("reconcile")
    assert (found.returncode, found.stdout.splitlines()[-1]) == (1, "drift 1")
    assert "surplus 5: a repair lowers it only when LOWER=5 confirms that" in found.stdout
    repaired = client.local.run("reconcile", "--repair")
    assert (repaired.returncode, repaired.stdout.splitlines()[-1]) == (1, "drift 1")
    refused = client.local.run("reconcile", "--repair", "--lower", "4")
    assert refused.returncode == 2
    assert "The surplus is 5, and 4 was confirmed: nothing was changed." in refused.stderr
    client.local.run("reconcile", "--repair", "--lower", "5")
    assert client.local.run("reconcile").stdout.splitlines()[-1] == "drift 0"


def test_duplicate_and_reordered_leaves_are_counted_once(client: Client) -> None:
    view = client.collect("/")
    time.sleep(0.3)
    for duration, scroll in ((200, 80), (100, 20), (200, 80), (150, 60)):
        reply = client.send("POST", "append", {"view": view, "durationMs": duration, "scroll": scroll})
        assert reply.status == 202, reply.body
    eventually(lambda: client.report()["totals"]["averageDurationMs"] == 200, lambda: client.report()["totals"])
    totals = client.report()["totals"]
    assert (totals["measured"], totals["averageScrollPercent"]) == (1, 80)


def test_the_pixel_counts_without_javascript(client: Client) -> None:
    reply = client.send("GET", "pv.gif?path=/without-javascript", referer=f"{ORIGIN}/")
    assert (reply.status, reply.headers["content-type"], len(reply.body)) == (200, "image/gif", 43)
    client.wait_until_counted()
    assert rows(client.report(), "pages") == {"/without-javascript": 1}


def test_views_of_another_origin_are_rejected(client: Client) -> None:
    reply = client.send("POST", "collect", {"url": "https://evil.example/"}, origin="https://evil.example")
    assert reply.status == 403
    assert client.views() == []


def test_cors_allows_only_the_sites(client: Client) -> None:
    allowed = client.send("POST", "collect", {"url": f"{ORIGIN}/"})
    assert allowed.headers["access-control-allow-origin"] == ORIGIN
    other = client.send("POST", "collect", {"url": f"{ORIGIN}/"}, origin="https://evil.example")
    assert "access-control-allow-origin" not in other.headers


def test_addresses_and_agents_are_never_stored_or_logged(client: Client) -> None:
    agent = "Mozilla/5.0 (X11; Linux x86_64) VerySpecialAgent/7.7"
    client.collect("/", user_agent=agent, cookie="id=1")
    client.wait_until_counted()
    stored = json.dumps([client.items(f"analytics-{table}") for table in ("views", "totals", "accounts")])
    logs = client.local.context.client("logs")
    lines = [
        event["message"]
        for group in client.outputs["logGroups"].values()
        for event in logs.filter_log_events(logGroupName=group)["events"]
    ]
    for text in (stored, *lines):
        assert "VerySpecialAgent" not in text
        assert "127.0.0.1" not in text.replace("http://127.0.0.1", "")


def test_wrong_unknown_and_removed_users_cannot_sign_in(client: Client) -> None:
    wrong = [
        client.send("POST", "sign-in", {"user": user, "password": password})
        for user, password in ((USER, "wrong"), ("nobody", PASSWORD))
    ]
    problems = [{**json.loads(reply.body), "requestId": ""} for reply in wrong]
    assert [reply.status for reply in wrong] == [401, 401]
    assert problems[0] == problems[1]

    dynamodb = client.dynamodb
    accounts = client.outputs["tables"]["analytics-accounts"]
    password = put_user(dynamodb, accounts, "ann")
    token = json.loads(client.send("POST", "sign-in", {"user": "ann", "password": password}).body)["token"]
    assert client.send("GET", f"report?site={SITE}", authorization=f"Bearer {token}").status == 200
    remove_user(dynamodb, accounts, "ann")
    assert client.send("GET", f"report?site={SITE}", authorization=f"Bearer {token}").status == 401


def test_signing_out_ends_the_session(client: Client) -> None:
    token = sign_in(client.local.context, client.local.outputs)
    assert client.send("POST", "sign-out", authorization=f"Bearer {token}").status == 204
    assert client.send("GET", f"report?site={SITE}", authorization=f"Bearer {token}").status == 401


def test_sessions_survive_exactly_one_key_rotation(client: Client) -> None:
    dynamodb = client.dynamodb
    table = client.outputs["tables"]["analytics-state"]
    token = sign_in(client.local.context, client.local.outputs)
    assert "Step 1 of 2" in client.local.run("rotate-session-keys").stdout
    assert "run the command again in" in client.local.run("rotate-session-keys").stderr
    keys = dynamodb.get_item(TableName=table, Key=session_keys.NAME)["Item"]["Keys"]["L"]
    later = time.time() + session_keys.PROPAGATION_SECONDS + 1
    assert session_keys.promote(dynamodb, table, later) == len(keys) - 2
    assert client.send("GET", f"report?site={SITE}", authorization=f"Bearer {token}").status == 200


def test_a_command_creates_a_user(client: Client) -> None:
    made = client.local.run("user", "analytics-api", "--name", "bob")
    assert made.returncode == 0, made.stderr
    password = made.stdout.split("password")[1].split()[0]
    assert client.send("POST", "sign-in", {"user": "bob", "password": password}).status == 200


def test_formulas_in_csv_reports_are_escaped(client: Client) -> None:
    client.collect("/?utm_campaign=%3Dcmd%7Ccalc")
    client.wait_until_counted()
    token = sign_in(client.local.context, client.local.outputs)
    reply = client.send("GET", f"report?site={SITE}&format=csv&table=campaigns", authorization=f"Bearer {token}")
    assert reply.headers["content-type"].startswith("text/csv")
    assert datetime.now(UTC).date().isoformat() in reply.headers["content-disposition"]
    assert list(csv.reader(io.StringIO(reply.body.decode()))) == [
        ["campaign", "views", "visitors"],
        ["'=cmd|calc", "1", "1"],
    ]
