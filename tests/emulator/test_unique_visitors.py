"""Estimates of unique visitors, through the gateway and the functions."""

from datetime import UTC, datetime

from tests.emulator.test_analytics import SITE, Client, client

__all__ = ["client"]
VISITORS = 40
STANDARD_ERROR = 0.0325


def agent(number: int) -> str:
    return f"Mozilla/5.0 (X11; Linux x86_64; rv:{100 + number}.0) Gecko/20100101 Firefox/{100 + number}.0"


def test_unique_visitors_are_estimated_and_in_no_view(client: Client) -> None:
    for number in (*range(VISITORS), *range(VISITORS)):
        client.collect(f"/{number % 3}", user_agent=agent(number))
    views = client.wait_until_counted()
    today = datetime.now(UTC).date()
    sketches = {
        item["Path"]["S"]: item for item in client.items("analytics-totals") if item["Path"]["S"].startswith("sketch/")
    }
    assert sorted(sketches) == [f"sketch/{SITE}/day", f"sketch/{SITE}/month"]
    day, month = (
        {name: value for name, value in sketch.items() if name not in ("Path", "Section")}
        for _, sketch in sorted(sketches.items())
    )
    assert day == month, "a visitor has the same mark in both"
    assert day.pop("Since") == {"S": str(today)}
    assert len(day) <= VISITORS
    assert not any(name in view for view in views for name in day)
    for query in ("period=7d", "period=7d&by=week", "period=month&by=month"):
        report = client.report(query)
        assert report["totals"]["visitors"] == VISITORS
        unique = report["uniqueVisitors"]
        assert abs(unique["estimate"] - VISITORS) <= VISITORS * 4 * STANDARD_ERROR, query
    assert client.report("browser=Firefox")["uniqueVisitors"] is None
    recount = client.local.run("reconcile")
    assert recount.returncode == 0, recount.stdout + recount.stderr
