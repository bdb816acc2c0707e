"""S3 buckets and their settings."""

from collections.abc import Callable
from typing import Any

from .kind import (
    Context,
    Created,
    Kind,
    Properties,
    Resource,
    chosen,
    physical_name,
    put_kind,
    request,
    setting_kind,
)


def _create_bucket(context: Context, name: str, inputs: Properties) -> Created:
    bucket = physical_name(name, inputs, "bucket")
    context.client("s3").create_bucket(Bucket=bucket, **location(context.region))
    domain = f"{bucket}.s3.{context.region}.amazonaws.com"
    outputs = {"bucket": bucket, "arn": f"arn:aws:s3:::{bucket}", "bucketRegionalDomainName": domain}
    return Created(id=bucket, outputs=outputs)


def location(region: str) -> dict[str, object]:
    """Return the arguments that create a bucket in a region; us-east-1 is the default and must not be named."""
    return {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}


def _delete_bucket(context: Context, bucket: Resource) -> None:
    s3 = context.client("s3")
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket.id):
        for item in (*page.get("Versions", []), *page.get("DeleteMarkers", [])):
            s3.delete_object(Bucket=bucket.id, Key=item["Key"], VersionId=item["VersionId"])
    s3.delete_bucket(Bucket=bucket.id)


def _policy(inputs: Properties) -> dict[str, Any]:
    return {"Policy": inputs["policy"]}


def _ownership(inputs: Properties) -> dict[str, Any]:
    return {"OwnershipControls": {"Rules": [chosen(inputs["rule"], "objectOwnership")]}}


def _public_access_block(inputs: Properties) -> dict[str, Any]:
    names = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    return {"PublicAccessBlockConfiguration": chosen(inputs, *names)}


def _encryption(inputs: Properties) -> dict[str, Any]:
    defaults = [
        rule.get("applyServerSideEncryptionByDefault") or {"sseAlgorithm": "AES256"} for rule in inputs["rules"]
    ]
    rules = [
        {
            "ApplyServerSideEncryptionByDefault": {
                "SSEAlgorithm": default["sseAlgorithm"],
                **({"KMSMasterKeyID": default["kmsMasterKeyId"]} if default.get("kmsMasterKeyId") else {}),
            }
        }
        for default in defaults
    ]
    return {"ServerSideEncryptionConfiguration": {"Rules": rules}}


def _lifecycle(inputs: Properties) -> dict[str, Any]:
    actions = (
        *("expiration", "transitions", "noncurrentVersionExpiration", "noncurrentVersionTransitions"),
        "abortIncompleteMultipartUpload",
    )
    rules = [
        {"ID": rule["id"], "Filter": {"Prefix": ""}, **chosen(rule, "status", "filter", *actions)}
        for rule in inputs.get("rules") or []
    ]
    return {"LifecycleConfiguration": {"Rules": rules}}


def _cors(inputs: Properties) -> dict[str, Any]:
    names = ("allowedMethods", "allowedOrigins", "allowedHeaders", "exposeHeaders", "maxAgeSeconds")
    rules = [chosen(rule, *names) for rule in inputs["corsRules"]]
    return {"CORSConfiguration": {"CORSRules": rules}}


def _setting(put: str, delete: str, configuration: Callable[[Properties], dict[str, Any]]) -> Kind:
    """Return the kind of a setting of a bucket, with the names of the requests that put and delete it."""
    return put_kind(
        lambda context, inputs: getattr(context.client("s3"), put)(Bucket=inputs["bucket"], **configuration(inputs)),
        request("s3", delete, Bucket="id"),
        identified_by="bucket",
    )


BUCKET = Kind(
    create=_create_bucket,
    # The settings of a bucket are resources of their own.
    update=lambda _context, bucket, _inputs: bucket,
    delete=_delete_bucket,
    replaced_by=("bucket", "bucketPrefix"),
    named_by="bucket",
    read=request("s3", "head_bucket", Bucket="id"),
)
BUCKET_POLICY = _setting("put_bucket_policy", "delete_bucket_policy", _policy)
CORS = _setting("put_bucket_cors", "delete_bucket_cors", _cors)
ENCRYPTION = _setting("put_bucket_encryption", "delete_bucket_encryption", _encryption)
LIFECYCLE = _setting("put_bucket_lifecycle_configuration", "delete_bucket_lifecycle", _lifecycle)
OWNERSHIP_CONTROLS = _setting("put_bucket_ownership_controls", "delete_bucket_ownership_controls", _ownership)
PUBLIC_ACCESS_BLOCK = _setting("put_public_access_block", "delete_public_access_block", _public_access_block)
VERSIONING = setting_kind(
    lambda context, bucket, versioning: context.client("s3").put_bucket_versioning(
        Bucket=bucket, VersioningConfiguration=versioning
    ),
    lambda inputs: chosen(inputs["versioningConfiguration"], "status", "mfaDelete"),
    unset={"Status": "Suspended"},
    identified_by="bucket",
)
