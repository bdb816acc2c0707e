"""Days of a site in a time zone, through the gateway, the stream, the trigger and the nightly recount."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.time_zones import posix_rule
from tests.emulator.test_analytics import ORIGIN, Client, client
from tests.emulator.test_recovery import recount

__all__ = ["client"]
FUNCTIONS = ("analytics-api", "analytics-redrive", "analytics-recount")
EAST, WEST = ("Pacific/Kiritimati", 14), ("Pacific/Pago_Pago", -11)
"""One of them always has another day than UTC."""


def set_sites(client: Client, sites: list[Any]) -> str:
    """Give the functions other sites, and return the value before."""
    functions = client.local.context.client("lambda")
    before = ""
    for logical in FUNCTIONS:
        name = client.local.outputs["functions"][logical]
        variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        before = variables["ANALYTICS_SITES"]
        changed = {**variables, "ANALYTICS_SITES": json.dumps(sites)}
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": changed})
        functions.get_waiter("function_updated_v2").wait(FunctionName=name)
    return before


@pytest.fixture
def local_date(client: Client) -> Iterator[tuple[str, date]]:
    """Move the site to a time zone where it is another day than in UTC; return the zone and the day there."""
    now = datetime.now(UTC)
    zone, hours = next(zone for zone in (EAST, WEST) if (now + timedelta(hours=zone[1])).date() != now.date())
    before = set_sites(client, [{"origin": ORIGIN, "timeZone": zone, "rule": posix_rule(zone)}])
    yield zone, (now + timedelta(hours=hours)).date()
    set_sites(client, json.loads(before))


def test_a_view_counts_for_the_day_of_its_site(client: Client, local_date: tuple[str, date]) -> None:
    zone, today = local_date
    for _ in range(2):
        view = client.collect("/")
        assert client.send("POST", "append", {"view": view, "durationMs": 1, "scroll": 50}).status == 202
    (first, _) = client.wait_until_counted()
    assert first["Section"]["S"].startswith(f"{today}/")
    for query in ("period=today", "period=today&by=hour", "period=today&browser=Firefox"):
        report = client.report(query)
        assert (report["timeZone"], report["from"], report["to"]) == (zone, str(today), str(today)), query
        assert (report["totals"]["views"], report["totals"]["visitors"]) == (2, 1), query
    assert sum(point["views"] for point in client.report("period=today&by=hour")["series"]) == 2
    done = client.local.run("reconcile")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_nightly_recount_is_of_the_site_s_yesterday(client: Client, local_date: tuple[str, date]) -> None:
    _, today = local_date
    assert recount(client)["day"] == str(today - timedelta(days=1))


def test_a_changed_zone_leaves_stored_days_as_they_are(client: Client, local_date: tuple[str, date]) -> None:
    _, day = local_date
    view = client.collect("/")
    set_sites(client, [ORIGIN])
    assert client.send("POST", "append", {"view": view, "durationMs": 5, "scroll": 50}).status == 202
    client.collect("/")
    client.wait_until_counted()
    days = {item["Section"]["S"].split("/")[0] for item in client.views()}
    assert days == {str(day), str(datetime.now(UTC).date())}
    first, last = min(days), max(days)
    report = client.report(f"from={first}&to={last}")
    assert [point["views"] for point in report["series"]] == [1, 1]
