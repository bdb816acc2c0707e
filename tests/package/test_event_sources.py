"""Each event source of the library invokes a function on the emulator."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.package.conftest import Outsider
from tests.waiting import eventually

PROGRAM = """\
import pulumi
import pulumi_aws as aws
import rust_serverless as rs

workspace = rs.RustWorkspace("rust", rs.RustWorkspaceArgs(path="services/api"))
artifact = workspace.artifact("hello")
by = {
    name: rs.RustFunction(name, rs.RustFunctionArgs(artifact=artifact))
    for name in ("queue", "schedule", "bucket", "crops", "rule", "topic", "stream")
}
orders = rs.QueueTrigger("orders", rs.QueueTriggerArgs(function=by["queue"]))
orders.allow_send(by["topic"])
rs.ScheduleTrigger("nightly", rs.ScheduleTriggerArgs(function=by["schedule"], expression="rate(1 minute)"))
pictures = aws.s3.Bucket("pictures")
rs.BucketTrigger(
    "uploads",
    rs.BucketTriggerArgs(
        function=by["bucket"], bucket=pictures.bucket, bucket_arn=pictures.arn, prefix="in/", suffix=".png"
    ),
)
rs.BucketTrigger(
    "crops", rs.BucketTriggerArgs(function=by["crops"], bucket=pictures.id, bucket_arn=pictures.arn, prefix="crop/")
)
rs.EventTrigger("shipped", rs.EventTriggerArgs(function=by["rule"], pattern={"source": ["shop"]}))
news = aws.sns.Topic("news")
rs.TopicTrigger("news", rs.TopicTriggerArgs(function=by["topic"], topic_arn=news.arn))
items = rs.Table(
    "items",
    rs.TableArgs(
        partition_key="pk", stream_view_type="NEW_IMAGE", point_in_time_recovery=False, deletion_protection=False
    ),
)
rs.StreamTrigger("items", rs.StreamTriggerArgs(function=by["stream"], table=items))
pulumi.export("queue", orders.queue_url)
pulumi.export("bucket", pictures.bucket)
pulumi.export("topic", news.arn)
pulumi.export("table", items.table_name)
"""
SENT: dict[str, Callable[[Any, dict[str, Any]], object]] = {
    "queue": lambda c, out: c.client("sqs").send_message(QueueUrl=out["queue"], MessageBody="order"),
    "schedule": lambda _, __: None,
    "bucket": lambda c, out: c.client("s3").put_object(Bucket=out["bucket"], Key="in/cat.png", Body=b"cat"),
    "crops": lambda c, out: c.client("s3").put_object(Bucket=out["bucket"], Key="crop/cat.png", Body=b"cat"),
    "rule": lambda c, _: c.client("events").put_events(
        Entries=[{"Source": "shop", "DetailType": "shipped", "Detail": json.dumps({"order": 1})}]
    ),
    "topic": lambda c, out: c.client("sns").publish(TopicArn=out["topic"], Message="news"),
    "stream": lambda c, out: c.client("dynamodb").put_item(TableName=out["table"], Item={"pk": {"S": "a"}}),
}
"""What is sent to each source."""


@pytest.fixture(scope="module")
def outputs(outsider: Outsider) -> dict[str, Any]:
    outputs = outsider.up(PROGRAM)
    for send in SENT.values():
        send(outsider.context, outputs)
    return outputs


def starts(outsider: Outsider, function: str) -> Callable[[], int]:
    """Return a function that counts the starts in the function's log."""
    context, physical = outsider.context, outsider.state.functions()[function]
    configuration = context.client("lambda").get_function_configuration(FunctionName=physical)
    logs = context.client("logs")

    def count() -> int:
        events = logs.filter_log_events(logGroupName=configuration["LoggingConfig"]["LogGroup"])["events"]
        return sum(event["message"].startswith("START") for event in events)

    return count


@pytest.mark.parametrize("source", sorted(SENT))
def test_every_event_source_invokes_its_function(outsider: Outsider, outputs: dict[str, Any], source: str) -> None:
    assert outputs
    eventually(starts(outsider, source))


def test_an_object_outside_the_prefix_invokes_nothing(outsider: Outsider, outputs: dict[str, Any]) -> None:
    count = starts(outsider, "bucket")
    before = count()
    s3 = outsider.context.client("s3")
    s3.put_object(Bucket=outputs["bucket"], Key="out/cat.png", Body=b"cat")
    s3.put_object(Bucket=outputs["bucket"], Key="in/dog.png", Body=b"dog")
    eventually(lambda: count() > before)
    assert count() == before + 1


def test_resources_that_are_no_longer_declared_are_removed(outsider: Outsider, outputs: dict[str, Any]) -> None:
    outsider.up(PROGRAM.split("orders = ", maxsplit=1)[0])
    context = outsider.context
    assert context.client("scheduler").list_schedules()["Schedules"] == []
    assert outputs["queue"] not in context.client("sqs").list_queues().get("QueueUrls", [])
