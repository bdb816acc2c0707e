"""Glitches pictures: small ones in a request, large ones by links to a bucket."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from components.bucket_trigger import BucketTrigger, BucketTriggerArgs
from components.function import grant
from components.http_api import HttpApi, Route, Throttle
from components.iam import Statement, policy_document, tls_only_policy
from components.metric_alarm import OnCall
from components.public_access import block_public_access
from components.rust_function import Operation, RustFunction, RustFunctionArgs
from components.rust_workspace import Artifact

UPLOADS = "uploads/"
RESULTS = "results/"
"""Prefixes of keys, as in `rust/crates/picture`."""
OBJECT_DAYS = 1
"""Days after which objects are deleted, S3's minimum. Links to them expire after an hour."""
UPLOAD_THROTTLE = Throttle(rate_per_second=2, burst=10)
"""Each upload can have 25 MB, and takes a second of a function with 1 GiB."""


@dataclass(frozen=True, kw_only=True)
class GlitchArgs:
    """Arguments of `Glitch`."""

    artifact: Artifact
    uploads_artifact: Artifact
    api: HttpApi
    page_origins: Sequence[pulumi.Input[str]]
    """Origins of the page, whose script uploads to the bucket."""
    on_call: OnCall
    operation: Operation = field(default_factory=Operation)
    endpoint: str | None = None
    """S3 endpoint of the provider, if it is not AWS's."""


class Glitch(pulumi.ComponentResource):
    """Creates the functions `glitch` and `glitch-uploads`, and a private bucket between them.

    A picture of up to 4.5 MB is glitched in its request. For a larger one, `POST /glitch/uploads` returns two links.
    The client sends the picture to the first link. S3 invokes `glitch-uploads`, which writes the result for the second.
    """

    def __init__(self, name: str, args: GlitchArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the bucket, the functions, their grants, the trigger and the routes."""
        super().__init__("rust-serverless:index:Glitch", name, None, opts)
        self._uploads_name = f"{name}-uploads"
        self._child = pulumi.ResourceOptions(parent=self)
        bucket = self._bucket()
        url = (
            pulumi.Output.concat(args.endpoint, "/", bucket.bucket)
            if args.endpoint
            else pulumi.Output.concat("https://", bucket.bucket_regional_domain_name)
        )
        self._allow_pages(bucket, args.page_origins)
        self.function = RustFunction(
            name,
            RustFunctionArgs(
                artifact=args.artifact,
                memory_mib=512,
                timeout_seconds=10,
                operation=args.operation,
                environment={"UPLOADS_URL": url},
            ),
            # The function had no parent before this component existed.
            pulumi.ResourceOptions(parent=self, aliases=[pulumi.Alias(parent=pulumi.ROOT_STACK_RESOURCE)]),
        )
        self.uploads_function = RustFunction(
            self._uploads_name,
            RustFunctionArgs(
                artifact=args.uploads_artifact,
                memory_mib=1024,
                timeout_seconds=60,
                operation=args.operation,
                environment={"UPLOADS_URL": url},
            ),
            self._child,
        )
        # The role of `glitch` signs the links, which have its permissions.
        _allow(self.function, bucket, put=UPLOADS, get=RESULTS)
        _allow(self.uploads_function, bucket, put=RESULTS, get=UPLOADS)
        self.trigger = BucketTrigger(
            self._uploads_name,
            BucketTriggerArgs(
                function=self.uploads_function,
                bucket=bucket.bucket,
                bucket_arn=bucket.arn,
                prefix=UPLOADS,
                on_call=args.on_call,
            ),
            self._child,
        )
        for route_key in ("POST /glitch", "GET /glitch"):
            args.api.route(route_key, self.function)
        args.api.route("POST /glitch/uploads", Route(function=self.function, throttle=UPLOAD_THROTTLE))
        self.functions = (self.function, self.uploads_function)
        self.queues = {self.uploads_function.name: self.trigger.failure_queue_name}
        self.register_outputs({"functionName": self.function.function_name})

    def _bucket(self) -> aws.s3.Bucket:
        bucket = aws.s3.Bucket(f"{self._uploads_name}-bucket", force_destroy=True, opts=self._child)
        block_public_access(f"{self._uploads_name}-private", bucket, self._child)
        aws.s3.BucketPolicy(
            f"{self._uploads_name}-tls-only",
            bucket=bucket.bucket,
            policy=bucket.arn.apply(tls_only_policy),
            opts=self._child,
        )
        aws.s3.BucketServerSideEncryptionConfiguration(
            f"{self._uploads_name}-encryption",
            bucket=bucket.bucket,
            rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
            opts=self._child,
        )
        aws.s3.BucketLifecycleConfiguration(
            f"{self._uploads_name}-expiry",
            bucket=bucket.bucket,
            rules=[{"id": "all", "status": "Enabled", "filter": {"prefix": ""}, "expiration": {"days": OBJECT_DAYS}}],
            opts=self._child,
        )
        return bucket

    def _allow_pages(self, bucket: aws.s3.Bucket, origins: Sequence[pulumi.Input[str]]) -> None:
        aws.s3.BucketCorsConfiguration(
            f"{self._uploads_name}-cors",
            bucket=bucket.bucket,
            cors_rules=[
                {
                    "allowed_methods": ["GET", "PUT"],
                    "allowed_origins": list(origins),
                    "allowed_headers": ["content-type"],
                    "max_age_seconds": 3600,
                }
            ],
            opts=self._child,
        )


def _allow(function: RustFunction, bucket: aws.s3.Bucket, *, put: str, get: str) -> None:
    """Allow a function to write objects with one prefix and to read those with another."""
    policy = bucket.arn.apply(
        lambda arn: policy_document(
            Statement(actions=["s3:PutObject"], resources=[f"{arn}/{put}*"]),
            Statement(actions=["s3:GetObject"], resources=[f"{arn}/{get}*"]),
        )
    )
    grant(f"{function.name}-objects", function, policy)
