"""Private buckets that keep what is written to them."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from bootstrap.policies import Statement, document
from components.iam import tls_only_policy
from components.public_access import block_public_access

KEPT_DAYS = 90
"""How long what was overwritten or deleted can be brought back."""


@dataclass(frozen=True, kw_only=True)
class KeptBucketArgs:
    """What the bucket allows and refuses, and what it forgets."""

    statements: Callable[[str, str], Sequence[Statement]] | None = None
    """Returns further statements of the bucket's policy, for its ARN and the account."""
    account: pulumi.Input[str] = ""
    """Account id, for `statements`."""
    passing: Sequence[str] = ()
    """Prefixes of objects that go after 90 days by themselves."""


class KeptBucket(pulumi.ComponentResource):
    """Afterwards there is a bucket that is encrypted, not public, reached by TLS only, and protected from deletion.

    What is overwritten or deleted in it can be brought back for 90 days.
    """

    def __init__(self, name: str, args: KeptBucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the bucket."""
        super().__init__("rust-serverless:index:KeptBucket", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        bucket = aws.s3.Bucket(f"{name}-bucket", opts=pulumi.ResourceOptions(parent=self, protect=True))
        versions = aws.s3.BucketVersioning(
            f"{name}-versions",
            bucket=bucket.bucket,
            versioning_configuration={"status": "Enabled"},
            opts=child,
        )
        aws.s3.BucketServerSideEncryptionConfiguration(
            f"{name}-encryption",
            bucket=bucket.bucket,
            rules=[{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}],
            opts=child,
        )
        aws.s3.BucketLifecycleConfiguration(
            f"{name}-old-versions",
            bucket=bucket.bucket,
            rules=[_forget_old_versions(), *map(_forget, args.passing)],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[versions]),
        )
        block_public_access(f"{name}-private", bucket, child)
        aws.s3.BucketPolicy(
            f"{name}-policy",
            bucket=bucket.bucket,
            policy=pulumi.Output.all(bucket.arn, args.account).apply(lambda known: _policy(args, *known)),
            opts=child,
        )
        self.name = bucket.bucket
        self.arn = bucket.arn
        self.register_outputs({"name": self.name, "arn": self.arn})


def _forget_old_versions() -> aws.s3.BucketLifecycleConfigurationRuleArgsDict:
    return {
        "id": "old-versions",
        "status": "Enabled",
        "filter": {"prefix": ""},
        "noncurrent_version_expiration": {"noncurrent_days": KEPT_DAYS},
        "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
    }


def _forget(prefix: str) -> aws.s3.BucketLifecycleConfigurationRuleArgsDict:
    return {"id": prefix, "status": "Enabled", "filter": {"prefix": prefix}, "expiration": {"days": KEPT_DAYS}}


def _policy(args: KeptBucketArgs, arn: str, account: str) -> str:
    tls_only: list[Statement] = json.loads(tls_only_policy(arn))["Statement"]
    return document([*tls_only, *(args.statements(arn, account) if args.statements else ())])
