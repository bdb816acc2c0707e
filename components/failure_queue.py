"""A queue for failed events or messages, with an alarm while it is not empty."""

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from .metric_alarm import Metric, OnCall, Threshold, metric_alarm

RETENTION_SECONDS = 14 * 24 * 3600
"""SQS's maximum, because messages in this queue wait for a person."""


def failure_queue(name: str, meaning: str, on_call: OnCall, parent: pulumi.Resource) -> aws.sqs.Queue:
    """Declare an encrypted queue `<name>-failures`, and an alarm while it is not empty."""
    queue = encrypted_queue(f"{name}-failures", pulumi.ResourceOptions(parent=parent))
    alarm_while_not_empty(f"{name}-failures-alarm", queue, meaning=meaning, on_call=on_call, parent=parent)
    return queue


def encrypted_queue(name: str, opts: pulumi.ResourceOptions) -> aws.sqs.Queue:
    """Declare an encrypted queue that stores messages as long as possible."""
    return aws.sqs.Queue(name, sqs_managed_sse_enabled=True, message_retention_seconds=RETENTION_SECONDS, opts=opts)


def alarm_while_not_empty(  # noqa: PLR0913 (each describes the alarm)
    name: str,
    queue: aws.sqs.Queue,
    *,
    meaning: str,
    on_call: pulumi.Input[OnCall],
    parent: pulumi.Resource,
    aliases: Sequence[pulumi.Input[str]] = (),
) -> None:
    """Declare an alarm while a queue is not empty."""
    metric_alarm(
        name,
        section="failed-records",
        meaning=meaning,
        metric=Metric(
            namespace="AWS/SQS",
            name="ApproximateNumberOfMessagesVisible",
            dimensions={"QueueName": queue.name},
            statistic="Maximum",
        ),
        threshold=Threshold(above=0),
        on_call=on_call,
        parent=parent,
        aliases=aliases,
    )
