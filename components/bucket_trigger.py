"""A function that S3 invokes for objects of a bucket."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

import pulumi
import pulumi_aws as aws

from .arguments import Arguments
from .function import Function
from .metric_alarm import OnCall
from .program_body import ProgramBody


@dataclass(frozen=True, kw_only=True)
class BucketTriggerArgs(Arguments):
    """Arguments of `BucketTrigger`."""

    function: Function
    bucket: pulumi.Input[str]
    """Name of the bucket. It has one notification configuration, which replaces notifications that are set elsewhere.
    Triggers with the same `bucket` or `bucket_arn` share it: the same text, or the same output, such as `pictures.arn`.
    """
    bucket_arn: pulumi.Input[str]
    """ARN of the bucket."""
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
    failure queue with an alarm. A bucket may have several triggers, whose prefixes and suffixes must not overlap.
    """

    def __init__(self, name: str, args: BucketTriggerArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the permission, the notification and the failure queue."""
        super().__init__("rust-serverless:index:BucketTrigger", name, None, opts)
        self._notification = _notification(self, args)
        self._notification.add(self, args)
        failures = args.function.failed_events.queue(self, opts, args.on_call)
        self.failure_queue_name = failures.name
        self.failure_queue_url = failures.url
        self.register_outputs({"failureQueueUrl": failures.url})


class _Notification:
    """The notification configuration of a bucket, with the functions of all its triggers.

    S3 has one configuration per bucket, so a second one would replace the first. It is declared with the first trigger,
    and has the functions of all triggers when the program has ended.
    """

    def __init__(self, first: BucketTrigger, bucket: pulumi.Input[str]) -> None:
        """Declare the configuration of a bucket for its first trigger."""
        self._first = first
        self._permissions: list[pulumi.Resource] = []
        self._functions: list[pulumi.Input[aws.s3.BucketNotificationLambdaFunctionArgs]] = []
        self._body = ProgramBody()
        aws.s3.BucketNotification(
            f"{first.pulumi_resource_name}-notification",
            bucket=bucket,
            lambda_functions=self._body.at_the_end(lambda: self._functions),
            opts=pulumi.ResourceOptions(parent=first, depends_on=self._body.at_the_end(lambda: self._permissions)),
        )

    @property
    def is_complete(self) -> bool:
        """Whether the program has ended, so that no trigger can be added."""
        return self._body.has_ended

    def add(self, trigger: BucketTrigger, args: BucketTriggerArgs) -> None:
        """Add the function of a trigger, and declare its permission.

        Raises:
            pulumi.RunError: the trigger is declared in an `apply`, after the end of the program.
        """
        self._body.require_open(f"{trigger.pulumi_resource_name} is added too late to its bucket", "declare")
        permission = aws.lambda_.Permission(
            f"{trigger.pulumi_resource_name}-permission",
            action="lambda:InvokeFunction",
            function=args.function.function_name,
            qualifier=args.function.qualifier,
            principal="s3.amazonaws.com",
            source_arn=args.bucket_arn,
            # A bucket's ARN contains no account, and others can use the name of a deleted bucket.
            source_account=args.function.invoked_arn.apply(lambda arn: arn.split(":")[4]),
            # Not of the trigger itself: with `depends_on=[first]` it would wait for the notification, which waits for
            # all permissions.
            opts=pulumi.ResourceOptions(parent=self._first),
        )
        self._permissions.append(permission)
        self._functions.append(
            aws.s3.BucketNotificationLambdaFunctionArgs(
                lambda_function_arn=args.function.invoked_arn,
                events=list(args.events),
                filter_prefix=args.prefix or None,
                filter_suffix=args.suffix or None,
            )
        )


_NOTIFICATIONS: WeakValueDictionary[pulumi.Input[str], _Notification] = WeakValueDictionary()
"""Notifications by the name and by the ARN of their bucket, as the program gives them: texts, or outputs."""


def _notification(trigger: BucketTrigger, args: BucketTriggerArgs) -> _Notification:
    """Return the notification of a trigger's bucket. The first trigger declares it."""
    keys = (args.bucket, args.bucket_arn)
    known = [(key, _NOTIFICATIONS[key]) for key in keys if key in _NOTIFICATIONS]
    # A text may also be that of an earlier program in this process, as in unit tests.
    usable = [found for key, found in known if not (isinstance(key, str) and found.is_complete)]
    notification = usable[0] if usable else _Notification(trigger, args.bucket)
    _NOTIFICATIONS.update(dict.fromkeys(keys, notification))
    return notification
