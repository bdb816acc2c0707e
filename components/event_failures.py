"""Retries, destinations and the failure queue of a function's asynchronous invocations."""

from collections.abc import Callable, Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from .failure_queue import failure_queue
from .function import Function, Invokable
from .function_settings import AsyncInvocation
from .iam import Statement, policy_document
from .metric_alarm import OnCall

MAXIMUM_AGE_SECONDS = 3600


def configure_invocations(
    name: str,
    function: Invokable,
    settings: AsyncInvocation,
    opts: pulumi.ResourceOptions,
    customize: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda inputs: inputs,
) -> None:
    """Declare retries and destinations of asynchronous invocations. Lambda has one configuration per function."""
    targets = {"on_failure": settings.on_failure, "on_success": settings.on_success}
    inputs = {
        "function_name": function.function_name,
        "qualifier": function.qualifier,
        "maximum_retry_attempts": settings.maximum_retries,
        "maximum_event_age_in_seconds": settings.maximum_age_seconds,
        "destination_config": {key: {"destination": arn} for key, arn in targets.items() if arn is not None} or None,
    }
    aws.lambda_.FunctionEventInvokeConfig(name, **customize(inputs), opts=opts)


class FailedEvents:
    """The failure queue of a function's events. Its first trigger declares it; the others share it."""

    def __init__(self, function: Function, *, is_configured: bool = False) -> None:
        """Store the function. If its invocations are already configured, the queue gets undelivered events only."""
        self._function = function
        self._is_configured = is_configured
        self._queue: aws.sqs.Queue | None = None

    def queue(self, name: str, on_call: OnCall, parent: pulumi.Resource) -> aws.sqs.Queue:
        """Return the queue; `name` is the name of the trigger."""
        if self._queue is None:
            self._queue = failure_queue(name, f"{self._function.name} failed to process events.", on_call, parent)
            if not self._is_configured:
                self._send_failures(name, self._queue.arn, parent)
        return self._queue

    def _send_failures(self, name: str, queue_arn: pulumi.Output[str], parent: pulumi.Resource) -> None:
        may_send = aws.iam.RolePolicy(
            f"{name}-reports-failures",
            role=self._function.role_name,
            policy=queue_arn.apply(
                lambda arn: policy_document(Statement(actions=["sqs:SendMessage"], resources=[arn]))
            ),
            opts=pulumi.ResourceOptions(parent=parent),
        )
        configure_invocations(
            f"{name}-invocations",
            self._function,
            AsyncInvocation(on_failure=queue_arn, maximum_age_seconds=MAXIMUM_AGE_SECONDS),
            pulumi.ResourceOptions(parent=parent, depends_on=[may_send]),
        )
