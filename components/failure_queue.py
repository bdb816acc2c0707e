"""A queue for failed events or messages, with an alarm while it is not empty."""

import json
from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from .metric_alarm import Metric, OnCall, Threshold, metric_alarm

RETENTION_SECONDS = 14 * 24 * 3600
"""SQS's maximum, because messages in this queue wait for a person."""


def failure_queue(name: str, meaning: str, on_call: OnCall, parent: pulumi.Resource) -> aws.sqs.Queue:
    """Declare an encrypted queue `<name>-failures`, and an alarm while it is not empty."""
    queue = aws.sqs.Queue(
        f"{name}-failures",
        sqs_managed_sse_enabled=True,
        message_retention_seconds=RETENTION_SECONDS,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    metric_alarm(
        f"{name}-failures-alarm",
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
    )
    return queue


def let_service_send(
    name: str, queue: aws.sqs.Queue, service: str, source_arn: pulumi.Input[str], parent: pulumi.Resource
) -> aws.sqs.QueuePolicy:
    """Allow a service, such as `sns.amazonaws.com`, to send messages from one source only."""
    return aws.sqs.QueuePolicy(
        f"{name}-failures-policy",
        queue_url=queue.url,
        policy=pulumi.Output.all(queue=queue.arn, source=source_arn, service=service).apply(_policy),
        opts=pulumi.ResourceOptions(parent=parent),
    )


def _policy(known: Mapping[str, str]) -> str:
    statement = {
        "Effect": "Allow",
        "Action": "sqs:SendMessage",
        "Principal": {"Service": known["service"]},
        "Resource": known["queue"],
        "Condition": {"ArnEquals": {"aws:SourceArn": known["source"]}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
