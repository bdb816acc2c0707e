"""The failure queue of a function's events, and the settings of its asynchronous invocations."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from .failure_queue import alarm_while_not_empty, encrypted_queue
from .function import Function, grant
from .function_settings import AsyncInvocation
from .iam import policy_document, send_policy, send_to
from .metric_alarm import OnCall, all_on_call
from .program_body import ProgramBody

MAXIMUM_AGE_SECONDS = 3600
QUEUE = "aws:sqs/queue:Queue"


@dataclass(frozen=True, kw_only=True)
class Sender:
    """A service that sends undelivered events to a failure queue, from one source."""

    service: str
    """The service's principal, such as `sns.amazonaws.com`."""
    source_arn: pulumi.Input[str]


class FailedEvents:
    """The failure queue that all triggers of a function share, and the function's asynchronous invocations.

    The queue belongs to the function, so it outlives each of its triggers. SQS has one policy per queue, and Lambda one
    configuration of asynchronous invocations per function. Each is declared once, with what all triggers need when the
    program has ended.
    """

    def __init__(
        self,
        function: Function,
        asynchronous: AsyncInvocation | None = None,
        customize: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda inputs: inputs,
    ) -> None:
        """Declare the configuration of the invocations, if there are settings. The first trigger declares the queue."""
        self._function = function
        self._parent = function if isinstance(function, pulumi.Resource) else None
        self._asynchronous = asynchronous
        self._customize = customize
        self._started: ProgramBody | None = None
        self._queue: aws.sqs.Queue | None = None
        self._may_send: list[pulumi.Resource] = []
        self._triggers: list[_FormerOwner] = []
        self._on_calls: list[OnCall] = []
        self._senders: list[Sender] = []
        if asynchronous:
            self._configure(asynchronous, pulumi.ResourceOptions(parent=self._parent))

    def queue(
        self,
        trigger: pulumi.ComponentResource,
        opts: pulumi.ResourceOptions | None,
        on_call: OnCall,
        sender: Sender | None = None,
    ) -> aws.sqs.Queue:
        """Return the queue for a trigger, which passes its own options.

        Lambda sends events to it that still fail after the retries, unless `AsyncInvocation.on_failure` is set. A
        `sender` may send events to it that it cannot deliver. The trigger's resources must not depend on the policy
        that allows this: the policy waits for the sources of all triggers, and triggers may depend on each other.

        Raises:
            pulumi.RunError: the trigger is declared in an `apply`, after the end of the program.
        """
        self._body.require_open(f"{trigger.pulumi_resource_name} is added too late to {self._function.name}", "declare")
        former = _FormerOwner(trigger, opts)
        self._triggers.append(former)
        self._on_calls.append(on_call)
        queue = self._queue = self._queue or self._declare(trigger)
        if sender:
            if not self._senders:
                self._declare_policy(queue, former)
            self._senders.append(sender)
        return queue

    @property
    def _body(self) -> ProgramBody:
        # Not before it is needed: a function may be declared in an `apply` together with its triggers.
        self._started = self._started or ProgramBody()
        return self._started

    def _declare(self, trigger: pulumi.Resource) -> aws.sqs.Queue:
        name = self._function.name
        queue = encrypted_queue(
            f"{name}-failures",
            pulumi.ResourceOptions(
                parent=self._parent,
                # An existing function has no provider.
                provider=None if self._parent else trigger.get_provider(QUEUE),
                aliases=[self._former_urn("failures", QUEUE)],
            ),
        )
        # The alarm and the policy are children of the queue. If they were the function's, a trigger with
        # `depends_on=[function]` would wait for them, and they wait for the trigger.
        alarm_while_not_empty(
            f"{name}-failures-alarm",
            queue,
            meaning=f"{name} failed to process events.",
            on_call=self._body.at_the_end(lambda: all_on_call(self._on_calls)),
            parent=queue,
            aliases=[self._former_urn("failures-alarm", "aws:cloudwatch/metricAlarm:MetricAlarm")],
        )
        if self._asynchronous is None or self._asynchronous.on_failure is None:
            self._report_failures(queue)
        return queue

    def _report_failures(self, queue: aws.sqs.Queue) -> None:
        may_send = grant(
            f"{self._function.name}-reports-failures",
            self._function,
            queue.arn.apply(lambda arn: policy_document(send_to(arn))),
            otherwise=queue,
            aliases=[self._former_urn("reports-failures", "aws:iam/rolePolicy:RolePolicy")],
        )
        self._may_send.append(may_send)
        if self._asynchronous is None:
            typ = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
            self._configure(
                AsyncInvocation(maximum_age_seconds=MAXIMUM_AGE_SECONDS),
                pulumi.ResourceOptions(parent=self._parent or queue, aliases=[self._former_urn("invocations", typ)]),
            )

    def _declare_policy(self, queue: aws.sqs.Queue, former: "_FormerOwner") -> None:
        senders = self._body.at_the_end(lambda: [(sender.service, sender.source_arn) for sender in self._senders])
        aws.sqs.QueuePolicy(
            f"{self._function.name}-failures-policy",
            queue_url=queue.url,
            policy=pulumi.Output.all(queue.arn, senders).apply(lambda known: send_policy(*known)),
            opts=pulumi.ResourceOptions(
                parent=queue, aliases=[former.urn("failures-policy", "aws:sqs/queuePolicy:QueuePolicy")]
            ),
        )

    def _configure(self, settings: AsyncInvocation, opts: pulumi.ResourceOptions) -> None:
        """Declare retries and destinations of asynchronous invocations."""
        inputs = {
            "function_name": self._function.function_name,
            "qualifier": self._function.qualifier,
            "maximum_retry_attempts": settings.maximum_retries,
            "maximum_event_age_in_seconds": settings.maximum_age_seconds,
            "destination_config": self._body.at_the_end(lambda: self._destinations(settings)),
        }
        # Lambda checks the permission to send.
        opts.depends_on = self._body.at_the_end(lambda: self._may_send)
        aws.lambda_.FunctionEventInvokeConfig(
            f"{self._function.name}-asynchronous", **self._customize(inputs), opts=opts
        )

    def _destinations(self, settings: AsyncInvocation) -> dict[str, Any] | None:
        on_failure = settings.on_failure
        if on_failure is None and self._queue:
            on_failure = self._queue.arn
        targets = {"on_failure": on_failure, "on_success": settings.on_success}
        return {key: {"destination": arn} for key, arn in targets.items() if arn is not None} or None

    def _former_urn(self, suffix: str, typ: str) -> pulumi.Output[str]:
        return self._body.at_the_end(
            lambda: min(self._triggers, key=lambda former: former.is_schedule).urn(suffix, typ)
        )


class _FormerOwner:
    """A trigger as the parent of the queue up to version 0.1.0.

    The first trigger declared the queue, and each schedule declared its own.
    """

    def __init__(self, trigger: pulumi.Resource, opts: pulumi.ResourceOptions | None) -> None:
        """Take a trigger and its options."""
        self._name, typ = trigger.pulumi_resource_name, trigger.pulumi_resource_type
        self.is_schedule = typ.endswith(":ScheduleTrigger")
        # Not `trigger.urn`, because a trigger may depend on the function, and so on the queue.
        self._urn = pulumi.create_urn(self._name, typ, opts.parent if opts else None)

    def urn(self, suffix: str, typ: str) -> pulumi.Output[str]:
        """Return the URN of a child."""
        return pulumi.create_urn(f"{self._name}-{suffix}", typ, self._urn)
