"""What becomes of events that a function fails to handle, when nobody waits for its answer."""

import pulumi
import pulumi_aws as aws

from .failure_queue import failure_queue
from .function import Function
from .iam import policy_document, send_to
from .metric_alarm import OnCall
from .rust_function import RustFunction

MAXIMUM_RETRIES = 2
MAXIMUM_AGE_SECONDS = 3600


def keep_failed_events(name: str, function: Function, on_call: OnCall, parent: pulumi.Resource) -> aws.sqs.Queue:
    """Return the queue of failed events of a function, which Lambda fills after the retries.

    A function has one: its first trigger declares it. Where `asynchronous` says what becomes of failed events, the
    queue takes only what could not be delivered.
    """
    if isinstance(function, RustFunction) and function.failed_events:
        return function.failed_events
    queue = failure_queue(name, f"Events were given up by {function.name}.", on_call, parent)
    if isinstance(function, RustFunction):
        function.failed_events = queue
        if function.says_what_becomes_of_events:
            return queue
    child = pulumi.ResourceOptions(parent=parent)
    may_send = aws.iam.RolePolicy(
        f"{name}-reports-failures",
        role=function.role_name,
        policy=queue.arn.apply(lambda arn: policy_document(send_to(arn))),
        opts=child,
    )
    aws.lambda_.FunctionEventInvokeConfig(
        f"{name}-invocations",
        function_name=function.function_name,
        qualifier=function.qualifier,
        maximum_retry_attempts=MAXIMUM_RETRIES,
        maximum_event_age_in_seconds=MAXIMUM_AGE_SECONDS,
        destination_config={"on_failure": {"destination": queue.arn}},
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[may_send]),
    )
    return queue
