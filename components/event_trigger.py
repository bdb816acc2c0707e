"""A function that an EventBridge rule invokes."""

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
class EventTriggerArgs(Arguments):
    """Arguments of `EventTrigger`."""

    function: Function
    pattern: Mapping[str, object]
    """Event pattern, such as `{"source": ["aws.ec2"]}`.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html"""
    event_bus: pulumi.Input[str] = "default"
    """Name or ARN of the event bus."""
    on_call: OnCall = field(default_factory=OnCall)
    """Notified while the failure queue is not empty."""


class EventTrigger(pulumi.ComponentResource):
    """Invokes a function at least once for each event that matches a pattern.

    Only this rule may invoke the function. Events that cannot be delivered, or still fail after two retries, go to a
    failure queue with an alarm.
    """

    def __init__(self, name: str, args: EventTriggerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the rule, its target, the permission and the failure queue."""
        super().__init__("rust-serverless:index:EventTrigger", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        rule = aws.cloudwatch.EventRule(
            f"{name}-rule", event_bus_name=args.event_bus, event_pattern=json.dumps(args.pattern), opts=child
        )
        permission = aws.lambda_.Permission(
            f"{name}-permission",
            action="lambda:InvokeFunction",
            function=args.function.function_name,
            qualifier=args.function.qualifier,
            principal="events.amazonaws.com",
            source_arn=rule.arn,
            opts=child,
        )
        sender = Sender(service="events.amazonaws.com", source_arn=rule.arn)
        failures = args.function.failed_events.queue(self, opts, args.on_call, sender)
        aws.cloudwatch.EventTarget(
            f"{name}-target",
            rule=rule.name,
            event_bus_name=args.event_bus,
            arn=args.function.invoked_arn,
            dead_letter_config={"arn": failures.arn},
            retry_policy={"maximum_retry_attempts": 10, "maximum_event_age_in_seconds": 3600},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[permission]),
        )
        self.failure_queue_url = failures.url
        self.register_outputs({"failureQueueUrl": failures.url})
