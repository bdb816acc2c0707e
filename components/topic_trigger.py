"""A function that SNS invokes for messages of a topic."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from .arguments import Arguments
from .event_failures import Sender
from .function import Function
from .metric_alarm import OnCall


@dataclass(frozen=True, kw_only=True)
class TopicTriggerArgs(Arguments):
    """Arguments of `TopicTrigger`."""

    function: Function
    topic_arn: pulumi.Input[str]
    filter: Mapping[str, object] = field(default_factory=dict)
    """Filter policy on message attributes, such as `{"kind": ["order"]}`.
    https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html"""
    on_call: OnCall = field(default_factory=OnCall)
    """Notified while the failure queue is not empty."""


class TopicTrigger(pulumi.ComponentResource):
    """Invokes a function at least once for each message of a topic that passes the filter.

    Only this topic may invoke the function. Messages that cannot be delivered, or still fail after two retries, go to a
    failure queue with an alarm.
    """

    def __init__(self, name: str, args: TopicTriggerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the permission, the subscription and the failure queue."""
        super().__init__("rust-serverless:index:TopicTrigger", name, None, opts)
        permission = aws.lambda_.Permission(
            f"{name}-permission",
            action="lambda:InvokeFunction",
            function=args.function.function_name,
            qualifier=args.function.qualifier,
            principal="sns.amazonaws.com",
            source_arn=args.topic_arn,
            opts=pulumi.ResourceOptions(parent=self),
        )
        sender = Sender(service="sns.amazonaws.com", source_arn=args.topic_arn)
        failures = args.function.failed_events.queue(self, opts, args.on_call, sender)
        aws.sns.TopicSubscription(
            f"{name}-subscription",
            topic=args.topic_arn,
            protocol="lambda",
            endpoint=args.function.invoked_arn,
            filter_policy=json.dumps(args.filter) if args.filter else None,
            redrive_policy=failures.arn.apply(lambda arn: json.dumps({"deadLetterTargetArn": arn})),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[permission]),
        )
        self.failure_queue_url = failures.url
        self.register_outputs({"failureQueueUrl": failures.url})
