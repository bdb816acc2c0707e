"""A function that processes messages of an SQS queue."""

import json
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from .arguments import Arguments
from .failure_queue import failure_queue
from .function import Function, Principal, grant
from .iam import Statement, policy_document, send_to
from .metric_alarm import OnCall
from .rust_function import RustFunction

DEFAULT_TIMEOUT_SECONDS = 30
LARGEST_BATCH_WITHOUT_WINDOW = 10


@dataclass(frozen=True, kw_only=True)
class QueueTriggerArgs(Arguments):
    """Arguments of `QueueTrigger`."""

    function: Function
    """Processes batches of messages, and returns the failed ones as `batchItemFailures`: see `partial-batch`."""
    function_timeout_seconds: int | None = None
    """Timeout of the function in seconds; by default that of a `RustFunction`, or 30."""
    existing_queue_arn: pulumi.Input[str] | None = None
    """ARN of an existing queue with its own redrive policy."""
    batch_size: int = 10
    """Maximum number of messages per invocation; more than 10 require a window."""
    window_seconds: int = 0
    """Batching window in seconds."""
    maximum_receives: int = 5
    """Number of attempts before a message goes to the failure queue."""
    maximum_concurrency: int | None = None
    """Maximum concurrency, 2 to 1,000."""
    on_call: OnCall = field(default_factory=OnCall)
    """Notified while the failure queue is not empty."""

    def __post_init__(self) -> None:
        """Check the fields.

        Raises:
            pulumi.RunError: a batch of this size requires a window, or as for all arguments.
        """
        super().__post_init__()
        # https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
        if self.batch_size > LARGEST_BATCH_WITHOUT_WINDOW and not self.window_seconds:
            raise pulumi.RunError(
                f"QueueTriggerArgs: a batch_size of {self.batch_size} requires a window: set window_seconds to at "
                f"least 1, or batch_size to at most {LARGEST_BATCH_WITHOUT_WINDOW}"
            )


class QueueTrigger(pulumi.ComponentResource):
    """Invokes a function at least once for each message of a queue, in batches.

    The queue is encrypted. Messages that the function reports as failed are retried, then go to a failure queue with an
    alarm.
    """

    queue_arn: pulumi.Output[str]
    queue_url: pulumi.Output[str] | None
    """URL of the queue; None for an existing queue."""

    def __init__(self, name: str, args: QueueTriggerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the queues, the permissions and the event source mapping."""
        super().__init__("rust-serverless:index:QueueTrigger", name, None, opts)
        self.queue_url = None
        if args.existing_queue_arn is not None:
            self.queue_arn = pulumi.Output.from_input(args.existing_queue_arn)
        else:
            queue = self._queue(args)
            self.queue_arn, self.queue_url = queue.arn, queue.url
        may_receive = aws.iam.RolePolicy(
            f"{name}-receives",
            role=args.function.role_name,
            policy=self.queue_arn.apply(_receive),
            opts=pulumi.ResourceOptions(parent=self),
        )
        limit = args.maximum_concurrency
        aws.lambda_.EventSourceMapping(
            f"{name}-mapping",
            event_source_arn=self.queue_arn,
            function_name=args.function.event_target,
            batch_size=args.batch_size,
            maximum_batching_window_in_seconds=args.window_seconds,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config={"maximum_concurrency": limit} if limit else None,
            # Lambda checks the permission when the mapping is created.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[may_receive]),
        )
        self.register_outputs({"queueArn": self.queue_arn, "queueUrl": self.queue_url})

    def allow_send(self, principal: Principal) -> None:
        """Allow a role to send messages."""
        grant(
            f"{principal.name}-sends-to-{self.pulumi_resource_name}",
            principal,
            self.queue_arn.apply(lambda arn: policy_document(send_to(arn))),
            otherwise=self,
        )

    def _queue(self, args: QueueTriggerArgs) -> aws.sqs.Queue:
        name = self.pulumi_resource_name
        failures = failure_queue(name, f"{args.function.name} failed to process messages.", args.on_call, self)
        return trigger_queue(f"{name}-queue", failures, args, 4 * 24 * 3600, self)


def trigger_queue(
    name: str, failures: aws.sqs.Queue, args: QueueTriggerArgs, retention_seconds: int, parent: pulumi.Resource
) -> aws.sqs.Queue:
    """Declare an encrypted queue for a trigger, with a failure queue for the messages that it discards."""
    redrive = failures.arn.apply(
        lambda arn: json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": args.maximum_receives})
    )
    return aws.sqs.Queue(
        name,
        sqs_managed_sse_enabled=True,
        message_retention_seconds=retention_seconds,
        visibility_timeout_seconds=_visibility_timeout_seconds(args),
        redrive_policy=redrive,
        opts=pulumi.ResourceOptions(parent=parent),
    )


def _visibility_timeout_seconds(args: QueueTriggerArgs) -> int:
    """Return the visibility timeout that AWS recommends; Lambda refuses one below the function's timeout.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    """
    known = args.function.timeout_seconds if isinstance(args.function, RustFunction) else None
    timeout = args.function_timeout_seconds or known or DEFAULT_TIMEOUT_SECONDS
    if known and timeout < known:
        raise pulumi.RunError(
            f"function_timeout_seconds of a QueueTrigger is {timeout}, but the timeout of {args.function.name} is "
            f"{known}: remove function_timeout_seconds"
        )
    return 6 * timeout + args.window_seconds


def _receive(arn: str) -> str:
    return policy_document(
        Statement(actions=["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"], resources=[arn])
    )
