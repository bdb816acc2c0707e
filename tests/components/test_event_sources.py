import json
from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from rules import violations

from components.bucket_trigger import BucketTrigger, BucketTriggerArgs
from components.deletion_protection import DeletionProtection, DeletionProtectionArgs
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
from tests.recording import Recorded, Recording, function_arn, queue_arn, record

ON_CALL = OnCall(actions=["arn:aws:sns:eu-west-1:123456789012:page"], runbook="https://example.com/runbook")
TOPIC = "arn:aws:sns:eu-west-1:123456789012:news"
QUEUE = "arn:aws:sqs:eu-west-1:123456789012:orders"
QUEUE_TYPE = "aws:sqs/queue:Queue"
NOTIFICATION_TYPE = "aws:s3/bucketNotification:BucketNotification"
CONFIG_TYPE = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"


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


@pytest.mark.parametrize("owner", ["queue", "counts", "glitches", "ships", "reads", "clicks"])
def test_failed_events_go_to_an_encrypted_queue_with_alarm(recording: Recording, owner: str) -> None:
    queue = recording.named(f"{owner}-failures")
    alarm = recording.named(f"{owner}-failures-alarm")
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
        "deadLetterTargetArn": queue_arn("queue-failures"),
        "maxReceiveCount": 5,
    }
    assert queue["visibilityTimeoutSeconds"] == 6 * 3
    mapping = recording.named("queue-mapping").inputs
    assert mapping["functionResponseTypes"] == ["ReportBatchItemFailures"]
    (statement,) = statements(recording.named("queue-receives"))
    assert statement["Resource"] == [queue_arn("queue-queue")]


def test_a_schedule_has_zone_window_and_a_minimal_role(recording: Recording) -> None:
    schedule = recording.named("nightly-schedule").inputs
    assert schedule["scheduleExpressionTimezone"] == "Europe/Berlin"
    assert schedule["flexibleTimeWindow"] == {"mode": "FLEXIBLE", "maximumWindowInMinutes": 15}
    assert json.loads(schedule["target"]["input"]) == {"day": "yesterday"}
    assert schedule["target"]["retryPolicy"] == {"maximumRetryAttempts": 2, "maximumEventAgeInSeconds": 3600}
    invoke, report = statements(recording.named("nightly-invokes"))
    assert invoke["Resource"] == [function_arn("counts-function")]
    assert report["Resource"] == [queue_arn("counts-failures")]
    (trust,) = json.loads(recording.named("nightly-role").inputs["assumeRolePolicy"])["Statement"]
    assert "aws:SourceAccount" in trust["Condition"]["StringEquals"]


def test_a_service_may_send_from_its_own_source_only(recording: Recording) -> None:
    (statement,) = statements(recording.named("reads-failures-policy"))
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
    name, arn = pulumi.Output.from_input("reads"), pulumi.Output.from_input(function_arn("reads"))
    return ExistingFunction(name="reads", function_name=name, invoked_arn=arn, role_name=name)


def slow() -> RustFunction:
    return RustFunction("slow", RustFunctionArgs(artifact=artifact("slow"), timeout_seconds=60))


@pytest.mark.parametrize(
    ("make", "given", "expected"),
    [(slow, None, 6 * 60 + 20), (slow, 90, 6 * 90 + 20), (existing, None, 200), (existing, 5, 50)],
)
def test_messages_are_hidden_for_six_timeouts_and_the_window(
    make: Callable[[], Function], given: int | None, expected: int
) -> None:
    def declare() -> None:
        QueueTrigger("queue", QueueTriggerArgs(function=make(), function_timeout_seconds=given, window_seconds=20))

    assert record(declare).named("queue-queue").inputs["visibilityTimeoutSeconds"] == expected


def test_a_timeout_below_the_function_s_is_refused() -> None:
    with pytest.raises(pulumi.RunError, match="QueueTrigger is 30, but the timeout of slow is 60"):
        record(lambda: QueueTrigger("queue", QueueTriggerArgs(function=slow(), function_timeout_seconds=30)))


def test_a_large_batch_requires_a_window() -> None:
    with pytest.raises(pulumi.RunError, match="a batch_size of 11 requires a window: set window_seconds to at least 1"):
        record(lambda: QueueTriggerArgs(function=function("reads"), batch_size=11))
    record(lambda: QueueTriggerArgs(function=function("reads"), batch_size=11, window_seconds=1))
    record(lambda: QueueTriggerArgs(function=function("reads"), batch_size=10))


def page(name: str) -> OnCall:
    return OnCall(actions=[f"arn:aws:sns:eu-west-1:123456789012:{name}"])


@pytest.mark.parametrize("make", [lambda: function("reads"), existing])
def test_triggers_of_a_function_share_a_queue_and_its_policy(make: Callable[[], Function]) -> None:
    def declare() -> None:
        reads, bucket = make(), aws.s3.Bucket("pictures")
        BucketTrigger("uploads", BucketTriggerArgs(function=reads, bucket=bucket.bucket, bucket_arn=bucket.arn))
        TopicTrigger("news", TopicTriggerArgs(function=reads, topic_arn=TOPIC, on_call=page("first")))
        pattern = {"source": ["shop"]}
        EventTrigger("shipped", EventTriggerArgs(function=reads, pattern=pattern, on_call=page("second")))
        ScheduleTrigger("nightly", ScheduleTriggerArgs(function=reads, expression="rate(1 day)", on_call=page("first")))

    recording = record(declare)
    (queue,) = recording.of_type(QUEUE_TYPE)
    (policy,) = recording.of_type("aws:sqs/queuePolicy:QueuePolicy")
    (alarm,) = recording.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")
    (config,) = recording.of_type(CONFIG_TYPE)
    assert queue.name == "reads-failures"
    assert [(found["Principal"]["Service"], found["Condition"]) for found in statements(policy)] == [
        ("sns.amazonaws.com", {"ArnEquals": {"aws:SourceArn": TOPIC}}),
        ("events.amazonaws.com", {"ArnEquals": {"aws:SourceArn": "arn:aws:test:::shipped-rule"}}),
    ]
    assert alarm.inputs["alarmActions"] == [*page("first").actions, *page("second").actions]
    assert config.inputs["destinationConfig"] == {"onFailure": {"destination": queue_arn("reads-failures")}}
    assert recording.named("shipped-target").inputs["deadLetterConfig"]["arn"] == queue_arn("reads-failures")


def test_the_queue_does_not_belong_to_a_trigger() -> None:
    def declare(*names: str) -> Recording:
        def topics() -> None:
            reads = function("reads")
            for name in names:
                TopicTrigger(name, TopicTriggerArgs(function=reads, topic_arn=TOPIC))

        return record(topics)

    def shared(recording: Recording) -> set[str]:
        return {found.urn for found in recording.resources if found.name.startswith("reads-")}

    assert shared(declare("news", "alerts")) == shared(declare("alerts"))


def test_resources_of_the_first_trigger_become_those_of_the_function() -> None:
    def declare() -> None:
        reads, parent = function("reads"), pulumi.ComponentResource("shop:index:Shop", "shop")
        ScheduleTrigger("nightly", ScheduleTriggerArgs(function=reads, expression="rate(1 day)"))
        opts = pulumi.ResourceOptions(parent=parent)
        BucketTrigger("uploads", BucketTriggerArgs(function=reads, bucket="a", bucket_arn="arn:aws:s3:::a"), opts)
        TopicTrigger("news", TopicTriggerArgs(function=reads, topic_arn=TOPIC), opts)
        counts = function("counts")
        ScheduleTrigger("hourly", ScheduleTriggerArgs(function=counts, expression="rate(1 hour)"))

    recording = record(declare)
    project = "urn:pulumi:test::rust-serverless::"
    # The mock of the engine puts the stack's type before others.
    uploads = f"{project}pulumi:pulumi:Stack$shop:index:Shop$rust-serverless:index:BucketTrigger$"
    news = f"{project}pulumi:pulumi:Stack$shop:index:Shop$rust-serverless:index:TopicTrigger$"
    assert {
        name: recording.named(name).aliases
        for name in ("failures", "failures-alarm", "failures-policy", "reports-failures", "asynchronous")
        for name in [f"reads-{name}"]
    } == {
        "reads-failures": (f"{uploads}{QUEUE_TYPE}::uploads-failures",),
        "reads-failures-alarm": (f"{uploads}aws:cloudwatch/metricAlarm:MetricAlarm::uploads-failures-alarm",),
        "reads-failures-policy": (f"{news}aws:sqs/queuePolicy:QueuePolicy::news-failures-policy",),
        "reads-reports-failures": (f"{uploads}aws:iam/rolePolicy:RolePolicy::uploads-reports-failures",),
        "reads-asynchronous": (f"{uploads}{CONFIG_TYPE}::uploads-invocations",),
    }
    schedule = f"{project}rust-serverless:index:ScheduleTrigger$"
    assert recording.named("counts-failures").aliases == (f"{schedule}{QUEUE_TYPE}::hourly-failures",)


def test_a_trigger_may_depend_on_its_function_and_its_other_triggers() -> None:
    """Otherwise the program would wait forever: the queue's policy waits for the sources of all triggers."""

    def declare() -> None:
        reads = function("reads")
        args = EventTriggerArgs(function=reads, pattern={"source": ["shop"]})
        first = EventTrigger("first", args, pulumi.ResourceOptions(depends_on=[reads]))
        EventTrigger("second", args, pulumi.ResourceOptions(depends_on=[first]))
        DeletionProtection("all", DeletionProtectionArgs(resources=[reads, first], setting="off", protected=True))

    recording = record(declare)
    assert len(statements(recording.named("reads-failures-policy"))) == 2
    (protection,) = recording.of_type("pulumi:index:Stash")
    protected = {recording.named(name).urn for name in ("reads-failures-alarm", "reads-failures-policy")}
    assert protected < set(protection.depends_on)


def test_the_queue_of_an_existing_function_has_the_trigger_s_provider() -> None:
    def declare() -> None:
        opts = pulumi.ResourceOptions(providers=[aws.Provider("far", region="us-west-2")])
        TopicTrigger("news", TopicTriggerArgs(function=existing(), topic_arn=TOPIC), opts)

    recording = record(declare)
    providers = {found.provider for found in recording.resources if found.name.startswith("reads-")}
    assert {urn.split("::")[-2] for urn in providers} == {"far"}


def test_a_trigger_that_is_added_too_late_is_refused() -> None:
    def declare() -> None:
        reads = function("reads")
        args = TopicTriggerArgs(function=reads, topic_arn=TOPIC)
        TopicTrigger("news", args).failure_queue_url.apply(lambda _: TopicTrigger("late", args))

    with pytest.raises(pulumi.RunError, match="late is added too late to reads: declare it in the body of the program"):
        record(declare)


def bucket_triggers(*names: str, bucket: Callable[[aws.s3.Bucket, int], tuple[Any, Any]]) -> Recording:
    def declare() -> None:
        pictures, first = aws.s3.Bucket("pictures"), None
        for number, name in enumerate(names):
            key, arn = bucket(pictures, number)
            args = BucketTriggerArgs(function=function(f"{name}s"), bucket=key, bucket_arn=arn, prefix=f"{name}/")
            trigger = BucketTrigger(name, args, pulumi.ResourceOptions(depends_on=[first] if first else None))
            first = first or trigger

    return record(declare)


@pytest.mark.parametrize(
    "bucket",
    [
        lambda pictures, _: (pictures.bucket, pictures.arn),
        lambda pictures, number: ((pictures.bucket, pictures.id)[number], pictures.arn),
        lambda pictures, _: (pictures.bucket, pulumi.Output.concat("arn:aws:s3:::", pictures.bucket)),
        lambda *_: ("pictures", "arn:aws:s3:::pictures"),
    ],
)
def test_triggers_of_a_bucket_share_its_notification(bucket: Callable[..., tuple[Any, Any]]) -> None:
    recording = bucket_triggers("scale", "crop", bucket=bucket)
    (notification,) = recording.of_type(NOTIFICATION_TYPE)
    assert notification.name == "scale-notification"
    assert [
        (found["lambdaFunctionArn"], found["filterPrefix"]) for found in notification.inputs["lambdaFunctions"]
    ] == [
        (function_arn("scales-function"), "scale/"),
        (function_arn("crops-function"), "crop/"),
    ]
    permissions = {found.urn for found in recording.of_type("aws:lambda/permission:Permission")}
    assert len(permissions) == 2
    assert permissions < set(notification.depends_on)


def test_each_bucket_has_its_notification() -> None:
    for _ in range(2):  # as in one process of `local up`
        recording = bucket_triggers(
            "scale", "crop", bucket=lambda _, number: (f"pictures-{number}", f"arn:aws:s3:::pictures-{number}")
        )
        assert [len(found.inputs["lambdaFunctions"]) for found in recording.of_type(NOTIFICATION_TYPE)] == [1, 1]


def test_a_trigger_that_is_added_too_late_to_a_bucket_is_refused() -> None:
    def declare() -> None:
        bucket = aws.s3.Bucket("pictures")

        def trigger(name: str) -> BucketTrigger:
            args = BucketTriggerArgs(function=function(f"{name}s"), bucket=bucket.bucket, bucket_arn=bucket.arn)
            return BucketTrigger(name, args)

        trigger("scale").failure_queue_url.apply(lambda _: trigger("late"))

    with pytest.raises(pulumi.RunError, match="late is added too late to its bucket: declare it in the body"):
        record(declare)


def configured(asynchronous: AsyncInvocation) -> Recording:
    def declare() -> None:
        args = RustFunctionArgs(artifact=artifact("reads"), asynchronous=asynchronous)
        reads = RustFunction("reads", args)
        BucketTrigger("uploads", BucketTriggerArgs(function=reads, bucket="a", bucket_arn="arn:aws:s3:::a"))

    return record(declare)


def test_a_configured_function_keeps_its_destination() -> None:
    recording = configured(AsyncInvocation(on_failure=QUEUE))
    (config,) = recording.of_type(CONFIG_TYPE)
    assert config.inputs["destinationConfig"] == {"onFailure": {"destination": QUEUE}}
    assert [found.name for found in recording.resources if found.name == "reads-reports-failures"] == []


def test_a_configured_function_without_a_destination_gets_the_queue() -> None:
    recording = configured(AsyncInvocation(maximum_retries=0, on_success=QUEUE))
    (config,) = recording.of_type(CONFIG_TYPE)
    assert config.name == "reads-asynchronous"
    assert config.inputs["maximumRetryAttempts"] == 0
    assert config.inputs["maximumEventAgeInSeconds"] == 6 * 3600
    assert config.inputs["destinationConfig"] == {
        "onFailure": {"destination": queue_arn("reads-failures")},
        "onSuccess": {"destination": QUEUE},
    }
    grant = recording.named("reads-reports-failures")
    assert statements(grant)[0]["Resource"] == [queue_arn("reads-failures")]
    assert grant.urn in config.depends_on


def test_failed_scheduled_invocations_go_to_the_queue(recording: Recording) -> None:
    config = recording.named("counts-asynchronous").inputs
    assert config["destinationConfig"] == {"onFailure": {"destination": queue_arn("counts-failures")}}
    schedule = recording.named("nightly-schedule").inputs
    assert schedule["target"]["deadLetterConfig"]["arn"] == queue_arn("counts-failures")


def test_a_stream_trigger_requires_one_source() -> None:
    with pytest.raises(pulumi.RunError, match="a StreamTrigger needs either a table or a stream_arn"):
        record(lambda: StreamTrigger("none", StreamTriggerArgs(function=function("reads"))))


def test_a_table_without_a_stream_is_refused() -> None:
    def declare() -> None:
        table = Table("items", TableArgs(partition_key="pk", point_in_time_recovery=False, deletion_protection=False))
        StreamTrigger("items", StreamTriggerArgs(function=function("reads"), table=table))

    with pytest.raises(pulumi.RunError, match="items: the table has no stream: set stream_view_type of its TableArgs"):
        record(declare)
