"""A function that processes a DynamoDB or Kinesis stream."""

import json
from dataclasses import dataclass, field, replace

import pulumi
import pulumi_aws as aws

from .arguments import Arguments
from .failure_queue import RETENTION_SECONDS, failure_queue
from .function import Function
from .iam import Statement, policy_document, send_to
from .metric_alarm import Metric, OnCall, Threshold, metric_alarm
from .queue_trigger import QueueTrigger, QueueTriggerArgs, trigger_queue
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
"""Matches new items only, so updates by the function and expired items invoke nothing.
https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html"""

OLDEST_RECORD_MS = 15 * 60 * 1000
"""Iterator age that fires the alarm. Records expire after 24 hours; a trigger that works is seconds behind."""


@dataclass(frozen=True, kw_only=True)
class StreamTriggerArgs(Arguments):
    """Arguments of `StreamTrigger`."""

    table: Table | None = None
    """A table with a stream."""
    stream_arn: pulumi.Input[str] | None = None
    """Instead of a table: the ARN of an existing DynamoDB or Kinesis stream. All its records invoke the function,
    including updates and deletions."""
    function: Function
    """Processes batches of records, and returns the failed ones as `batchItemFailures`."""
    batch_size: int = 100
    """Maximum number of records per invocation."""
    window_seconds: int = 1
    """Batching window in seconds."""
    maximum_retries: int = 10
    """Number of retries before a batch goes to the queue. Bisecting a batch does not count."""
    maximum_age_seconds: int = 6 * 3600
    """Age at which records go to the queue. The stream stores them for 24 hours, which leaves 18 to read them."""
    recovery: QueueTriggerArgs | None = None
    """Processes the messages of the queue. Messages that it discards go to a second queue, which has the alarm then."""
    on_call: OnCall = field(default_factory=OnCall)
    """Notified while the queue is not empty, and when the function is 15 minutes behind the stream."""


class StreamTrigger(pulumi.ComponentResource):
    """Invokes a function at least once and in order for each new item of a table, in batches.

    A batch is retried from the first record that the function reports as failed. A batch that fails as a whole is
    bisected. Records that still fail after the retries, or are too old, are recorded in a queue with an alarm; only
    then does the stream continue without them. Another alarm fires if the function is far behind the stream.
    """

    def __init__(self, name: str, args: StreamTriggerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the queue, its alarm, the permissions and the mapping; `name` should be the function's."""
        super().__init__("rust-serverless:index:StreamTrigger", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        queue, remaining = self._queues(name, args)
        stream_arn = _stream_arn(name, args)
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
            # Lambda checks the permission when the mapping is created.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[may_read_and_report]),
        )
        metric_alarm(
            f"{name}-iterator-age",
            section="iterator-age",
            meaning=f"{args.function.name} is 15 minutes behind its stream, whose records expire after 24 hours.",
            metric=Metric(
                namespace="AWS/Lambda",
                name="IteratorAge",
                dimensions={"FunctionName": args.function.function_name},
                statistic="Maximum",
            ),
            threshold=Threshold(above=OLDEST_RECORD_MS, period_seconds=300),
            on_call=args.on_call,
            parent=self,
        )
        self.queue_url = remaining.url
        self.queue_name = remaining.name
        """The queue that waits for a person."""
        self.register_outputs({"queueUrl": self.queue_url})

    def _queues(self, name: str, args: StreamTriggerArgs) -> tuple[aws.sqs.Queue, aws.sqs.Queue]:
        """Declare the queue that the stream reports to, and the one that waits for a person. They may be the same."""
        if args.recovery is None:
            meaning = f"{args.function.name} failed to process records of the stream."
            queue = failure_queue(name, meaning, args.on_call, self)
            return queue, queue
        meaning = f"{args.function.name} and {args.recovery.function.name} failed to process records of the stream."
        remaining = failure_queue(f"{name}-recovery", meaning, args.on_call, self)
        queue = trigger_queue(f"{name}-failures", remaining, args.recovery, RETENTION_SECONDS, self)
        recovery = replace(args.recovery, existing_queue_arn=queue.arn)
        QueueTrigger(f"{name}-recovery", recovery, pulumi.ResourceOptions(parent=self))
        return queue, remaining


def _stream_arn(name: str, args: StreamTriggerArgs) -> pulumi.Output[str]:
    if (args.table is None) == (args.stream_arn is None):
        raise pulumi.RunError(f"{name}: a StreamTrigger needs either a table or a stream_arn: give it one of them")
    if args.table and not args.table.has_stream:
        raise pulumi.RunError(f"{name}: the table has no stream: set stream_view_type of its TableArgs")
    return args.table.stream_arn if args.table else pulumi.Output.from_input(args.stream_arn)  # type: ignore[arg-type]


def _policy(arns: list[str]) -> str:
    """Allow the function's role to read this stream and to send to the queue, as Lambda does for it.

    https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
    https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html
    """
    stream, queue = arns
    report = send_to(queue)
    if stream.split(":")[2] == "kinesis":
        return policy_document(Statement(actions=READ_KINESIS, resources=[stream]), report)
    table = stream.split("/stream/")[0]
    return policy_document(
        Statement(actions=READ_DYNAMODB, resources=[stream]),
        Statement(actions=["dynamodb:ListStreams"], resources=[f"{table}/stream/*"]),
        report,
    )
