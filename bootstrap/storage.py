"""Versioned buckets for state and artifacts, and the key for secrets in the state."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from bootstrap.policies import Statement, document
from components.iam import tls_only_policy
from components.public_access import block_public_access

ALIAS = "alias/rust-serverless-state"

RETENTION_DAYS = 90
"""Retention of overwritten and deleted objects."""


@dataclass(frozen=True, kw_only=True)
class VersionedBucketArgs:
    """Arguments of `VersionedBucket`."""

    statements: Callable[[str, str], Sequence[Statement]] | None = None
    """Returns further statements of the bucket policy, for the bucket's ARN and the account id."""
    account: pulumi.Input[str] = ""
    """Account id, for `statements`."""
    expiring: Sequence[str] = ()
    """Prefixes of objects that expire after 90 days."""


class VersionedBucket(pulumi.ComponentResource):
    """Creates an encrypted, private bucket that requires TLS and is protected from deletion.

    Overwritten and deleted objects can be restored for 90 days.
    """

    def __init__(self, name: str, args: VersionedBucketArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the bucket."""
        super().__init__("rust-serverless:index:VersionedBucket", name, None, opts)
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
            rules=[_expire_old_versions(), *map(_expire, args.expiring)],
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


def _expire_old_versions() -> aws.s3.BucketLifecycleConfigurationRuleArgsDict:
    return {
        "id": "old-versions",
        "status": "Enabled",
        "filter": {"prefix": ""},
        "noncurrent_version_expiration": {"noncurrent_days": RETENTION_DAYS},
        "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
    }


def _expire(prefix: str) -> aws.s3.BucketLifecycleConfigurationRuleArgsDict:
    return {"id": prefix, "status": "Enabled", "filter": {"prefix": prefix}, "expiration": {"days": RETENTION_DAYS}}


def _policy(args: VersionedBucketArgs, arn: str, account: str) -> str:
    tls_only: list[Statement] = json.loads(tls_only_policy(arn))["Statement"]
    return document([*tls_only, *(args.statements(arn, account) if args.statements else ())])


class StateKey(pulumi.ComponentResource):
    """Creates the KMS key of the secrets provider `awskms://alias/rust-serverless-state?region=…&context_stack=<stack>`.

    One key serves all stacks, because each role may use it for its own `context_stack` only.
    """

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the key."""
        super().__init__("rust-serverless:index:StateKey", name, None, opts)
        key = aws.kms.Key(
            f"{name}-key",
            description="Secrets in the state of rust-serverless",
            enable_key_rotation=True,
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
        aws.kms.Alias(f"{name}-alias", name=ALIAS, target_key_id=key.key_id, opts=pulumi.ResourceOptions(parent=self))
        self.arn = key.arn
        self.register_outputs({"arn": self.arn})
