"""Blocks public access to a bucket."""

import pulumi
import pulumi_aws as aws


def block_public_access(name: str, bucket: aws.s3.Bucket, opts: pulumi.ResourceOptions) -> None:
    """Block public access by ACLs and policies (FSBP S3.8)."""
    aws.s3.BucketPublicAccessBlock(
        name,
        bucket=bucket.bucket,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
        opts=opts,
    )
