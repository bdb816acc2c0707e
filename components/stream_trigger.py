"""A function that is invoked with a table's changes."""

import json
from dataclasses import dataclass, field, replace

import pulumi
import pulumi_aws as aws

from .failure_queue import RETENTION_SECONDS, failure_queue
from .function import Function
from .iam import Statement, policy_document
from .metric_alarm import OnCall
from .queue_trigger import QueueTrigger, QueueTriggerArgs, handled_queue
from .table import Table

READ_DYNAMODB = ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator")
READ_KINESIS = (
    "kinesis:DescribeStream",
    "kinesis:DescribeStreamSummary",
    "kinesis:GetRecords",
    "kinesis:GetShardIterator",
    "kinesis:ListShards",
)
INSERTS = {"eventName": ["INSERT"]}
"""New items only: what the function writes to the table itself, and what expires there, invokes nothing.
https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html"""


@dataclass(frozen=True, kw_only=True)
class StreamTriggerArgs:
    """What invokes what, and how records that fail are tried again."""

    table: Table | None = None
    """A table with a stream."""
    stream_arn: pulumi.Input[str] | None = None
    """Instead of a table: the ARN of a stream that something else made, of DynamoDB or Kinesis."""
    function: Function
    """Takes batches of records, and answers with those that failed, `batchItemFailures`."""
    batch_size: int = 100
    """Records of one invocation at most."""
    window_seconds: int = 1
    """How long records are collected for a batch."""
    maximum_retries: int = 10
    """Times that a batch is tried again before it goes to the queue; halving it uses none of them."""
    maximum_age_seconds: int = 6 * 3600
    """Age at which records go to the queue. They stay in the stream for 24 hours, so that leaves 18 to read them."""
    recovery: QueueTriggerArgs | None = None
    """A function that handles the messages of the queue. What it gives up is in a second queue, which has the alarm."""
    on_call: OnCall = field(default_factory=OnCall)
    """Who is told when the queue is not empty."""


class StreamTrigger(pulumi.ComponentResource):
    """Afterwards each new item of the table reaches the function, at least once and in order.

    A batch of new items invokes the function. What it reports as failed is tried again from the first of these on; a
    batch that fails as a whole is halved. What still fails after the retries, or is too old, is named in a queue, and
    an alarm tells that the queue is not empty. Only then does the stream go on without it.
    """

    def __init__(self, name: str, args: StreamTriggerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the queue, its alarm, what the function may do, and the mapping; `name` should be the function's."""
        super().__init__("rust-serverless:index:StreamTrigger", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        queue, remaining = self._queues(name, args)
        stream_arn = _stream_of(name, args)
        may_read_and_report = aws.iam.RolePolicy(
            f"{name}-reads-stream",
            role=args.function.role_name,
            policy=pulumi.Output.all(stream_arn, queue.arn).apply(_policy),
            opts=child,
        )
        self._mapping = aws.lambda_.EventSourceMapping(
            f"{name}-mapping",
            event_source_arn=stream_arn,
            function_name=args.function.event_target,
            starting_position="TRIM_HORIZON",
            batch_size=args.batch_size,
            maximum_batching_window_in_seconds=args.window_seconds,
            bisect_batch_on_function_error=True,
            maximum_retry_attempts=args.maximum_retries,
            maximum_record_age_in_seconds=args.maximum_age_seconds,
            function_response_types=["ReportBatchItemFailures"],
            destination_config={"on_failure": {"destination_arn": queue.arn}},
            filter_criteria={"filters": [{"pattern": json.dumps(INSERTS)}]} if args.table else None,
            # Lambda asks at once whether the function may read the stream.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[may_read_and_report]),
        )
        self.queue_url = remaining.url
        self.queue_name = remaining.name
        """The queue that waits for a person."""
        self.register_outputs({"queueUrl": self.queue_url})

    def _queues(self, name: str, args: StreamTriggerArgs) -> tuple[aws.sqs.Queue, aws.sqs.Queue]:
        """Declare the queue that the stream reports to, and the one that waits for a person. They may be the same."""
        meaning = f"Records of the stream were given up by {args.function.name}."
        if args.recovery is None:
            queue = failure_queue(name, meaning, args.on_call, self)
            return queue, queue
        meaning = f"{meaning[:-1]}, and by {args.recovery.function.name}."
        remaining = failure_queue(f"{name}-recovery", meaning, args.on_call, self)
        queue = handled_queue(f"{name}-failures", remaining, args.recovery, RETENTION_SECONDS, self)
        recovery = replace(args.recovery, existing_queue_arn=queue.arn)
        QueueTrigger(f"{name}-recovery", recovery, pulumi.ResourceOptions(parent=self))
        return queue, remaining


def _stream_of(name: str, args: StreamTriggerArgs) -> pulumi.Output[str]:
    if (args.table is None) == (args.stream_arn is None):
        raise pulumi.RunError(f"{name}: give a StreamTrigger either a table or a stream_arn")
    if args.table and not args.table.has_stream:
        raise pulumi.RunError(f"{name}: the table has no stream: set stream_view_type in its TableArgs")
    return args.table.stream_arn if args.table else pulumi.Output.from_input(args.stream_arn)  # type: ignore[arg-type]


def _policy(arns: list[str]) -> str:
    """Allow what Lambda does with the function's role: read this stream, and report to the queue.

    https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
    https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html
    """
    stream, queue = arns
    report = Statement(actions=["sqs:SendMessage"], resources=[queue])
    if stream.split(":")[2] == "kinesis":
        return policy_document(Statement(actions=READ_KINESIS, resources=[stream]), report)
    table = stream.split("/stream/")[0]
    return policy_document(
        Statement(actions=READ_DYNAMODB, resources=[stream]),
        Statement(actions=["dynamodb:ListStreams"], resources=[f"{table}/stream/*"]),
        report,
    )
