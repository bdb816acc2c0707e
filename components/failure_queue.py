"""A queue for what a function could not do, with an alarm when something is in it."""

import json
from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from .metric_alarm import Metric, OnCall, Threshold, metric_alarm

RETENTION_SECONDS = 14 * 24 * 3600
"""The longest there is: what is in the queue waits for a person."""


def failure_queue(name: str, meaning: str, on_call: OnCall, parent: pulumi.Resource) -> aws.sqs.Queue:
    """Declare an encrypted queue `<name>-failures`, and the alarm that it is not empty."""
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
    """Let a service, such as `sns.amazonaws.com`, send what it could not deliver from one source, and no other."""
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
