import json
from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from rules import violations

from components.bucket_trigger import BucketTrigger, BucketTriggerArgs
from components.event_trigger import EventTrigger, EventTriggerArgs
from components.function import ExistingFunction, Function
from components.function_settings import AsyncInvocation
from components.metric_alarm import OnCall
from components.queue_trigger import QueueTrigger, QueueTriggerArgs
from components.rust_function import RustFunction, RustFunctionArgs
from components.schedule_trigger import ScheduleTrigger, ScheduleTriggerArgs
from components.stream_trigger import StreamTrigger, StreamTriggerArgs
from components.table import Table, TableArgs
from components.topic_trigger import TopicTrigger, TopicTriggerArgs
from tests.artifacts import artifact, function
from tests.recording import Recorded, Recording, record

ON_CALL = OnCall(actions=["arn:aws:sns:eu-west-1:123456789012:page"], runbook="https://example.com/runbook")
TOPIC = "arn:aws:sns:eu-west-1:123456789012:news"
QUEUE = "arn:aws:sqs:eu-west-1:123456789012:orders"


def triggers() -> None:
    QueueTrigger("queue", QueueTriggerArgs(function=function("takes-messages"), on_call=ON_CALL))
    schedule = ScheduleTriggerArgs(
        function=function("counts"),
        expression="cron(0 3 * * ? *)",
        time_zone="Europe/Berlin",
        flexible_minutes=15,
        input={"day": "yesterday"},
        on_call=ON_CALL,
    )
    ScheduleTrigger("nightly", schedule)
    bucket = aws.s3.Bucket("pictures")
    uploads = BucketTriggerArgs(
        function=function("glitches"), bucket=bucket.bucket, bucket_arn=bucket.arn, prefix="in/", on_call=ON_CALL
    )
    BucketTrigger("uploads", uploads)
    EventTrigger("shipped", EventTriggerArgs(function=function("ships"), pattern={"source": ["shop"]}, on_call=ON_CALL))
    TopicTrigger("news", TopicTriggerArgs(function=function("reads"), topic_arn=TOPIC, on_call=ON_CALL))
    stream = "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks"
    StreamTrigger("clicks", StreamTriggerArgs(function=function("clicks-reader"), stream_arn=stream, on_call=ON_CALL))


@pytest.fixture(scope="module")
def recording() -> Recording:
    return record(triggers)


def statements(policy: Recorded) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(policy.inputs["policy"])["Statement"]
    return found


def test_the_rules_of_the_policy_pack_hold(recording: Recording) -> None:
    broken = [
        (resource.name, problem)
        for resource in recording.resources
        for _, problem in violations(resource.typ, resource.name, resource.inputs)
    ]
    assert broken == []


@pytest.mark.parametrize("trigger", ["queue", "nightly", "uploads", "shipped", "news", "clicks"])
def test_failed_events_go_to_an_encrypted_queue_with_alarm(recording: Recording, trigger: str) -> None:
    queue = recording.named(f"{trigger}-failures")
    alarm = recording.named(f"{trigger}-failures-alarm")
    assert queue.inputs["sqsManagedSseEnabled"] is True
    assert queue.inputs["messageRetentionSeconds"] == 14 * 24 * 3600
    assert alarm.inputs["dimensions"] == {"QueueName": queue.name}
    assert alarm.inputs["alarmActions"] == ["arn:aws:sns:eu-west-1:123456789012:page"]
    assert alarm.inputs["alarmDescription"].endswith("What to do: https://example.com/runbook#failed-records")


def test_permissions_name_the_source_and_those_of_s3_the_account(recording: Recording) -> None:
    permissions = {found.name: found.inputs for found in recording.of_type("aws:lambda/permission:Permission")}
    assert permissions["uploads-permission"]["sourceArn"] == "arn:aws:test:::pictures"
    assert "sourceAccount" in permissions["uploads-permission"]
    assert permissions["news-permission"]["sourceArn"] == TOPIC
    assert permissions["shipped-permission"]["sourceArn"] == "arn:aws:test:::shipped-rule"


def test_failed_messages_are_retried_then_go_to_the_queue(recording: Recording) -> None:
    queue = recording.named("queue-queue").inputs
    assert json.loads(queue["redrivePolicy"]) == {
        "deadLetterTargetArn": "arn:aws:test:::queue-failures",
        "maxReceiveCount": 5,
    }
    assert queue["visibilityTimeoutSeconds"] == 180
    mapping = recording.named("queue-mapping").inputs
    assert mapping["functionResponseTypes"] == ["ReportBatchItemFailures"]
    (statement,) = statements(recording.named("queue-receives"))
    assert statement["Resource"] == ["arn:aws:test:::queue-queue"]


def test_a_schedule_has_zone_window_and_a_minimal_role(recording: Recording) -> None:
    schedule = recording.named("nightly-schedule").inputs
    assert schedule["scheduleExpressionTimezone"] == "Europe/Berlin"
    assert schedule["flexibleTimeWindow"] == {"mode": "FLEXIBLE", "maximumWindowInMinutes": 15}
    assert json.loads(schedule["target"]["input"]) == {"day": "yesterday"}
    assert schedule["target"]["retryPolicy"] == {"maximumRetryAttempts": 2, "maximumEventAgeInSeconds": 3600}
    invoke, report = statements(recording.named("nightly-invokes"))
    assert invoke["Resource"] == ["arn:aws:test:::counts-function"]
    assert report["Resource"] == ["arn:aws:test:::nightly-failures"]
    (trust,) = json.loads(recording.named("nightly-role").inputs["assumeRolePolicy"])["Statement"]
    assert "aws:SourceAccount" in trust["Condition"]["StringEquals"]


def test_a_service_may_send_from_its_own_source_only(recording: Recording) -> None:
    (statement,) = statements(recording.named("news-failures-policy"))
    assert statement["Principal"] == {"Service": "sns.amazonaws.com"}
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": TOPIC}}


def test_a_kinesis_stream_has_kinesis_permissions(recording: Recording) -> None:
    read, _ = statements(recording.named("clicks-reads-stream"))
    assert "kinesis:GetRecords" in read["Action"]
    assert read["Resource"] == ["arn:aws:kinesis:eu-west-1:123456789012:stream/clicks"]
    assert "filterCriteria" not in recording.named("clicks-mapping").inputs


def test_an_existing_queue_is_only_read() -> None:
    def declare() -> None:
        QueueTrigger("queue", QueueTriggerArgs(function=function("takes-messages"), existing_queue_arn=QUEUE))

    recording = record(declare)
    assert recording.of_type("aws:sqs/queue:Queue") == []
    assert recording.named("queue-mapping").inputs["eventSourceArn"] == QUEUE


def existing() -> ExistingFunction:
    """Return a function that exists outside of the program."""
    names = dict.fromkeys(("function_name", "invoked_arn", "role_name"), pulumi.Output.from_input("reads"))
    return ExistingFunction(name="reads", **names)


@pytest.mark.parametrize("make", [lambda: function("reads"), existing])
def test_two_triggers_of_a_function_share_its_failure_queue(make: Callable[[], Function]) -> None:
    def declare() -> None:
        reads = make()
        TopicTrigger("news", TopicTriggerArgs(function=reads, topic_arn=TOPIC))
        EventTrigger("shipped", EventTriggerArgs(function=reads, pattern={"source": ["shop"]}))

    recording = record(declare)
    assert [queue.name for queue in recording.of_type("aws:sqs/queue:Queue")] == ["news-failures"]
    assert len(recording.of_type("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig")) == 1


def test_a_configured_function_keeps_its_destinations() -> None:
    def declare() -> None:
        args = RustFunctionArgs(artifact=artifact("reads"), asynchronous=AsyncInvocation(on_failure=QUEUE))
        TopicTrigger("news", TopicTriggerArgs(function=RustFunction("reads", args), topic_arn=TOPIC))

    (config,) = record(declare).of_type("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig")
    assert config.inputs["destinationConfig"]["onFailure"]["destination"] == QUEUE


def test_a_stream_trigger_requires_one_source() -> None:
    with pytest.raises(pulumi.RunError, match="a StreamTrigger needs either a table or a stream_arn"):
        record(lambda: StreamTrigger("none", StreamTriggerArgs(function=function("reads"))))


def test_a_table_without_a_stream_is_refused() -> None:
    def declare() -> None:
        table = Table("items", TableArgs(partition_key="pk", point_in_time_recovery=False, deletion_protection=False))
        StreamTrigger("items", StreamTriggerArgs(function=function("reads"), table=table))

    with pytest.raises(pulumi.RunError, match="items: the table has no stream: set stream_view_type of its TableArgs"):
        record(declare)
