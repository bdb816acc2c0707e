"""Recovery of views that the trigger gave up on, and the nightly recount."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.emulator.test_analytics import SITE, Client, clear, client
from tests.waiting import eventually

__all__ = ["client"]
JULIAN_DAY = 1_721_425
"""Julian day number of the day before 0001-01-01."""
SECRET_SLOTS = 3


def a_view(client: Client) -> dict[str, Any]:
    """Return the item of a view that the API stored, and remove it from the tables."""
    client.collect("/lost")
    (item,) = client.wait_until_counted()
    clear(client)
    return {name: value for name, value in item.items() if name != "Counted"}


def put(client: Client, table: str, item: dict[str, Any]) -> None:
    client.local.context.client("dynamodb").put_item(TableName=client.local.outputs["tables"][table], Item=item)


def section(day: date, random: int) -> str:
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return f"{day}/{int(noon.timestamp() * 1000):015}-{random:016x}"


def store_uncounted(client: Client, item: dict[str, Any]) -> None:
    """Store a view that the trigger does not count: it quarantines the insert, and updates invoke nothing."""
    put(client, "analytics-views", {name: item[name] for name in ("Path", "Section")})
    quarantined: Callable[[], bool] = lambda: any(  # noqa: E731 (one line says it)
        total["Path"]["S"] == "quarantine" for total in client.items("analytics-totals")
    )
    eventually(quarantined)
    put(client, "analytics-views", item)


def queue_url(client: Client, logical: str) -> str:
    urls = client.local.context.client("sqs").list_queues()["QueueUrls"]
    (url,) = [url for url in urls if logical in url]
    return str(url)


def report_of(arrived: datetime) -> str:
    """Return a stream mapping's report of a discarded batch."""
    arrival = arrived.strftime("%Y-%m-%dT%H:%M:%SZ")
    batch = {"approximateArrivalOfFirstRecord": arrival, "approximateArrivalOfLastRecord": arrival, "batchSize": 1}
    return json.dumps({"requestContext": {"condition": "RetryAttemptsExhausted"}, "DDBStreamBatchInfo": batch})


def messages(client: Client, url: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    sqs = client.local.context.client("sqs")
    return sum(map(int, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"].values()))


def test_views_in_the_failure_queue_are_counted_once(client: Client) -> None:
    store_uncounted(client, a_view(client))
    failures = queue_url(client, "analytics-trigger-failures")
    for _ in range(2):
        client.local.context.client("sqs").send_message(QueueUrl=failures, MessageBody=report_of(datetime.now(UTC)))
        eventually(lambda: messages(client, failures) == 0)
        client.wait_until_counted()
        assert client.report()["totals"]["views"] == 1
    assert messages(client, queue_url(client, "analytics-trigger-recovery-failures")) == 0


def recount(client: Client) -> dict[str, Any]:
    """Invoke the nightly function as its schedule does."""
    function = client.local.outputs["functions"]["analytics-recount"]
    response = client.local.context.client("lambda").invoke(FunctionName=function, Payload=b"{}")
    assert "FunctionError" not in response
    result: dict[str, Any] = json.loads(response["Payload"].read())
    return result


def drift_metrics(client: Client) -> list[int]:
    """Return the values of the drift metric in the function's log, in embedded metric format."""
    group = client.local.outputs["logGroups"]["analytics-recount"]
    events = client.local.context.client("logs").filter_log_events(logGroupName=group)["events"]
    lines = [json.loads(event["message"]) for event in events if event["message"].startswith("{")]
    return [line["Drift"] for line in lines if "Drift" in line and "_aws" in line]


@pytest.fixture
def yesterday() -> date:
    return datetime.now(UTC).date() - timedelta(days=1)


def test_the_nightly_recount_reports_drift_without_repairs(client: Client, yesterday: date) -> None:
    item = a_view(client)
    put(client, "analytics-views", {**item, "Section": {"S": section(yesterday, 7)}})
    client.wait_until_counted()
    assert recount(client) == {"day": str(yesterday), "drift": 0, "waiting": 0, "unreadable": 0}
    key = {"Path": {"S": f"total/{SITE}/day"}, "Section": {"S": f"summary/{yesterday}/0"}}
    table = client.local.outputs["tables"]["analytics-totals"]
    client.local.context.client("dynamodb").update_item(
        TableName=table,
        Key=key,
        UpdateExpression="ADD #views :more",
        ExpressionAttributeNames={"#views": "Views"},
        ExpressionAttributeValues={":more": {"N": "5"}},
    )
    before = client.items("analytics-totals")
    assert recount(client)["drift"] == 1
    assert client.items("analytics-totals") == before
    eventually(lambda: 1 in drift_metrics(client))


def secret_name(day: date) -> str:
    return f"visitor-secret/{SITE}/day/{(day.toordinal() + JULIAN_DAY) % SECRET_SLOTS}"


def test_the_nightly_recount_deletes_secrets_of_earlier_days(client: Client, yesterday: date) -> None:
    client.collect("/")
    old = yesterday - timedelta(days=1)
    secret = {"Name": {"S": secret_name(old)}, "Bucket": {"S": str(old)}, "Secret": {"B": bytes(32)}}
    put(client, "analytics-state", secret)
    recount(client)
    secrets = [item for item in client.items("analytics-state") if f"visitor-secret/{SITE}/day" in item["Name"]["S"]]
    assert [item["Bucket"]["S"] for item in secrets] == [str(yesterday + timedelta(days=1))]


def test_the_recount_is_scheduled_every_night(client: Client) -> None:
    scheduler = client.local.context.client("scheduler")
    (name,) = [
        found["Name"] for found in scheduler.list_schedules()["Schedules"] if "analytics-nightly" in found["Name"]
    ]
    schedule = scheduler.get_schedule(Name=name)
    assert schedule["ScheduleExpression"] == "cron(0 3 * * ? *)"
    assert client.local.outputs["functions"]["analytics-recount"] in schedule["Target"]["Arn"]
