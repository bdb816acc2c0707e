"""Each event source of the library invokes a function on the emulator."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from components.local.provisioner import LocalState
from tests.package.conftest import Outsider

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
pytestmark = pytest.mark.first

PATIENCE_SECONDS = 200
"""For a schedule, which fires once a minute, on a machine that is busy; nothing is asserted of how long it takes."""

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


def invocations(outsider: Outsider, function: str) -> list[str]:
    """Return the starts in the function's log."""
    context = outsider.context
    physical = LocalState(context).functions()[function]
    group = context.client("lambda").get_function_configuration(FunctionName=physical)["LoggingConfig"]["LogGroup"]
    events = context.client("logs").filter_log_events(logGroupName=group)["events"]
    return [event["message"] for event in events if event["message"].startswith("START")]


@pytest.mark.parametrize("source", sorted(SENT))
def test_every_event_source_invokes_its_function(outsider: Outsider, outputs: dict[str, Any], source: str) -> None:
    assert outputs
    end = time.monotonic() + PATIENCE_SECONDS
    while not invocations(outsider, source):
        assert time.monotonic() < end, f"{source} has not invoked its function"
        time.sleep(0.5)


def test_an_object_outside_the_prefix_invokes_nothing(outsider: Outsider, outputs: dict[str, Any]) -> None:
    before = len(invocations(outsider, "bucket"))
    s3 = outsider.context.client("s3")
    s3.put_object(Bucket=outputs["bucket"], Key="out/cat.png", Body=b"cat")
    s3.put_object(Bucket=outputs["bucket"], Key="in/dog.png", Body=b"dog")
    end = time.monotonic() + PATIENCE_SECONDS
    while len(invocations(outsider, "bucket")) < before + 1:
        assert time.monotonic() < end
        time.sleep(0.5)
    assert len(invocations(outsider, "bucket")) == before + 1


def test_resources_that_are_no_longer_declared_are_removed(outsider: Outsider, outputs: dict[str, Any]) -> None:
    outsider.up(PROGRAM.split("orders = ", maxsplit=1)[0])
    context = outsider.context
    assert context.client("scheduler").list_schedules()["Schedules"] == []
    assert outputs["queue"] not in context.client("sqs").list_queues().get("QueueUrls", [])
