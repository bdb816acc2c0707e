"""A function that EventBridge Scheduler invokes on a schedule."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from .arguments import Arguments
from .function import Function
from .iam import policy_document, send_to, trust_policy
from .metric_alarm import OnCall


@dataclass(frozen=True, kw_only=True)
class ScheduleTriggerArgs(Arguments):
    """Arguments of `ScheduleTrigger`."""

    function: Function
    expression: str
    """Schedule: `rate(5 minutes)`, `cron(0 3 * * ? *)` or `at(2026-12-24T18:00:00)`.
    https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html"""
    time_zone: str = "UTC"
    """IANA time zone, such as `Europe/Berlin`; follows daylight saving time."""
    flexible_minutes: int | None = None
    """Flexible time window in minutes, 1 to 1,440."""
    input: Mapping[str, object] = field(default_factory=dict)
    """Event as JSON."""
    maximum_retries: int = 2
    maximum_age_seconds: int = 3600
    """Maximum age of an invocation in seconds, 60 to 86,400; older ones go to the failure queue."""
    permissions_boundary: str | None = None
    """ARN of the permissions boundary of the schedule's role."""
    on_call: OnCall = field(default_factory=OnCall)
    """Notified while the failure queue is not empty."""


class ScheduleTrigger(pulumi.ComponentResource):
    """Invokes a function on a schedule, with a role that may do nothing else.

    An invocation that cannot start, or still fails after its retries, goes to a failure queue with an alarm.
    """

    def __init__(self, name: str, args: ScheduleTriggerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the failure queue, the role and the schedule."""
        super().__init__("rust-serverless:index:ScheduleTrigger", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        failures = args.function.failed_events.queue(self, opts, args.on_call)
        role = aws.iam.Role(
            f"{name}-role",
            assume_role_policy=args.function.invoked_arn.apply(
                lambda arn: trust_policy("scheduler.amazonaws.com", account=arn.split(":")[4])
            ),
            permissions_boundary=args.permissions_boundary,
            opts=child,
        )
        may_invoke = aws.iam.RolePolicy(
            f"{name}-invokes",
            role=role.name,
            policy=pulumi.Output.all(args.function.invoked_arn, failures.arn).apply(
                lambda arns: policy_document(*map(send_to, arns))
            ),
            opts=child,
        )
        aws.scheduler.Schedule(
            f"{name}-schedule",
            schedule_expression=args.expression,
            schedule_expression_timezone=args.time_zone,
            flexible_time_window=aws.scheduler.ScheduleFlexibleTimeWindowArgs(
                mode="FLEXIBLE" if args.flexible_minutes else "OFF", maximum_window_in_minutes=args.flexible_minutes
            ),
            target={
                "arn": args.function.invoked_arn,
                "role_arn": role.arn,
                "input": json.dumps(args.input),
                "dead_letter_config": {"arn": failures.arn},
                "retry_policy": {
                    "maximum_retry_attempts": args.maximum_retries,
                    "maximum_event_age_in_seconds": args.maximum_age_seconds,
                },
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[may_invoke]),
        )
        self.failure_queue_url = failures.url
        self.register_outputs({"failureQueueUrl": failures.url})
