"""A function that S3 invokes for objects of a bucket."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from .arguments import Arguments
from .function import Function
from .metric_alarm import OnCall


@dataclass(frozen=True, kw_only=True)
class BucketTriggerArgs(Arguments):
    """Arguments of `BucketTrigger`."""

    function: Function
    bucket: pulumi.Input[str]
    """Name of the bucket. A bucket has one notification configuration, which this replaces."""
    bucket_arn: pulumi.Input[str]
    events: Sequence[str] = ("s3:ObjectCreated:*",)
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html"""
    prefix: str = ""
    """Prefix of the keys. Required, or a suffix, if the function writes to the bucket, or else it invokes itself."""
    suffix: str = ""
    on_call: OnCall = field(default_factory=OnCall)
    """Notified while the failure queue is not empty."""


class BucketTrigger(pulumi.ComponentResource):
    """Invokes a function at least once for each new object of a bucket.

    Only S3 of this account may invoke the function, for this bucket. Events that still fail after two retries go to a
    failure queue with an alarm.
    """

    def __init__(self, name: str, args: BucketTriggerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the permission, the notification and the failure queue."""
        super().__init__("rust-serverless:index:BucketTrigger", name, None, opts)
        permission = aws.lambda_.Permission(
            f"{name}-permission",
            action="lambda:InvokeFunction",
            function=args.function.function_name,
            qualifier=args.function.qualifier,
            principal="s3.amazonaws.com",
            source_arn=args.bucket_arn,
            # A bucket's ARN contains no account, and others can use the name of a deleted bucket.
            source_account=args.function.invoked_arn.apply(lambda arn: arn.split(":")[4]),
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.s3.BucketNotification(
            f"{name}-notification",
            bucket=args.bucket,
            lambda_functions=[
                {
                    "lambda_function_arn": args.function.invoked_arn,
                    "events": list(args.events),
                    "filter_prefix": args.prefix or None,
                    "filter_suffix": args.suffix or None,
                }
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[permission]),
        )
        failures = args.function.failed_events.queue(self, opts, args.on_call)
        self.failure_queue_name = failures.name
        self.failure_queue_url = failures.url
        self.register_outputs({"failureQueueUrl": failures.url})
