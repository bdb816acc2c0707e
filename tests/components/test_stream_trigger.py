import json
from typing import Any

import pytest

from components.queue_trigger import QueueTriggerArgs
from components.stream_trigger import StreamTrigger, StreamTriggerArgs
from components.table import Table, TableArgs
from tests.artifacts import function
from tests.recording import Recording, queue_arn, record


def declare() -> None:
    table = Table(
        "views",
        TableArgs(
            partition_key="pk", stream_view_type="NEW_IMAGE", point_in_time_recovery=False, deletion_protection=False
        ),
    )
    StreamTrigger("counts", StreamTriggerArgs(table=table, function=function("counts")))


@pytest.fixture(scope="module")
def recording() -> Recording:
    return record(declare)


@pytest.fixture
def mapping(recording: Recording) -> dict[str, Any]:
    return dict(recording.named("counts-mapping").inputs)


def test_a_failed_batch_is_bisected_retried_and_discarded(mapping: dict[str, Any]) -> None:
    assert mapping["functionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["bisectBatchOnFunctionError"] is True
    assert 0 < mapping["maximumRetryAttempts"] < 10_000
    assert 0 < mapping["maximumRecordAgeInSeconds"] < 24 * 3600


def test_a_new_mapping_starts_with_the_oldest_record(mapping: dict[str, Any]) -> None:
    assert mapping["startingPosition"] == "TRIM_HORIZON"


def test_only_new_items_invoke_the_function(mapping: dict[str, Any]) -> None:
    (chosen,) = mapping["filterCriteria"]["filters"]
    assert json.loads(chosen["pattern"]) == {"eventName": ["INSERT"]}


def test_discarded_batches_go_to_an_encrypted_queue(recording: Recording, mapping: dict[str, Any]) -> None:
    queue = recording.named("counts-failures")
    assert mapping["destinationConfig"]["onFailure"]["destinationArn"] == queue_arn(queue.name)
    assert queue.inputs["sqsManagedSseEnabled"] is True
    assert queue.inputs["messageRetentionSeconds"] == 14 * 24 * 3600


def test_an_alarm_fires_while_the_queue_is_not_empty(recording: Recording) -> None:
    alarm = recording.named("counts-failures-alarm").inputs
    assert (alarm["namespace"], alarm["metricName"]) == ("AWS/SQS", "ApproximateNumberOfMessagesVisible")
    assert alarm["dimensions"] == {"QueueName": "counts-failures"}
    assert (alarm["comparisonOperator"], alarm["threshold"]) == ("GreaterThanThreshold", 0)


def test_an_alarm_fires_if_the_function_is_far_behind(recording: Recording) -> None:
    alarm = recording.named("counts-iterator-age").inputs
    assert (alarm["namespace"], alarm["metricName"]) == ("AWS/Lambda", "IteratorAge")
    assert alarm["dimensions"] == {"FunctionName": "counts-function"}
    assert (alarm["threshold"], alarm["treatMissingData"]) == (900_000, "notBreaching")


def test_the_mapping_depends_on_the_permissions(recording: Recording) -> None:
    assert any("counts-reads-stream" in urn for urn in recording.named("counts-mapping").depends_on)


def test_the_function_may_read_the_stream_and_send_only(recording: Recording) -> None:
    policy = recording.named("counts-reads-stream").inputs
    assert policy["role"] == "counts-role"
    allowed = {
        action: statement["Resource"]
        for statement in json.loads(policy["policy"])["Statement"]
        for action in statement["Action"]
    }
    stream = ["arn:aws:test:::views-table/stream/1"]
    assert allowed == {
        "dynamodb:DescribeStream": stream,
        "dynamodb:GetRecords": stream,
        "dynamodb:GetShardIterator": stream,
        "dynamodb:ListStreams": ["arn:aws:test:::views-table/stream/*"],
        "sqs:SendMessage": [queue_arn("counts-failures")],
    }


def test_a_recovery_processes_the_queue_before_an_alarm_fires() -> None:
    def declare_with_recovery() -> None:
        keys = TableArgs(
            partition_key="pk", stream_view_type="NEW_IMAGE", point_in_time_recovery=False, deletion_protection=False
        )
        recovery = QueueTriggerArgs(function=function("recovers"), window_seconds=5, maximum_receives=3)
        args = StreamTriggerArgs(table=Table("views", keys), function=function("counts"), recovery=recovery)
        StreamTrigger("counts", args)

    recording = record(declare_with_recovery)
    queue = recording.named("counts-failures").inputs
    assert (queue["visibilityTimeoutSeconds"], queue["messageRetentionSeconds"]) == (6 * 3 + 5, 14 * 24 * 3600)
    assert json.loads(queue["redrivePolicy"]) == {
        "deadLetterTargetArn": queue_arn("counts-recovery-failures"),
        "maxReceiveCount": 3,
    }
    assert recording.named("counts-recovery-mapping").inputs["functionName"] == "recovers-function"
    alarms = [alarm.inputs["dimensions"] for alarm in recording.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")]
    assert [of["QueueName"] for of in alarms if "QueueName" in of] == ["counts-recovery-failures"]
