"""S3 buckets."""

import json

from .kind import Context, Kind, Made, Properties, by_id, chosen, physical_name, put_kind


def _create_bucket(context: Context, name: str, inputs: Properties) -> Made:
    bucket = inputs.get("bucket") or physical_name(name)
    context.client("s3").create_bucket(Bucket=bucket, **location(context.region))
    domain = f"{bucket}.s3.{context.region}.amazonaws.com"
    outputs = {"bucket": bucket, "arn": f"arn:aws:s3:::{bucket}", "bucketRegionalDomainName": domain}
    return Made(id=bucket, outputs=outputs)


def location(region: str) -> dict[str, object]:
    """Return where to create a bucket; us-east-1 is the one region that must not be named."""
    return {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}


def _delete_bucket(context: Context, made: Made) -> None:
    s3 = context.client("s3")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=made.id):
        for item in page.get("Contents", []):
            s3.delete_object(Bucket=made.id, Key=item["Key"])
    s3.delete_bucket(Bucket=made.id)


def _put_policy(context: Context, inputs: Properties) -> Made:
    policy = inputs["policy"]
    text = policy if isinstance(policy, str) else json.dumps(policy)
    context.client("s3").put_bucket_policy(Bucket=inputs["bucket"], Policy=text)
    return Made(id=inputs["bucket"], outputs={})


def _put_public_access_block(context: Context, inputs: Properties) -> Made:
    context.client("s3").put_public_access_block(
        Bucket=inputs["bucket"],
        PublicAccessBlockConfiguration=chosen(
            inputs, "blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"
        ),
    )
    return Made(id=inputs["bucket"], outputs={})


def _put_encryption(context: Context, inputs: Properties) -> Made:
    rules = [
        {
            "ApplyServerSideEncryptionByDefault": {
                "SSEAlgorithm": rule["applyServerSideEncryptionByDefault"]["sseAlgorithm"]
            }
        }
        for rule in inputs["rules"]
    ]
    context.client("s3").put_bucket_encryption(
        Bucket=inputs["bucket"], ServerSideEncryptionConfiguration={"Rules": rules}
    )
    return Made(id=inputs["bucket"], outputs={})


def _put_lifecycle(context: Context, inputs: Properties) -> Made:
    rules = [
        {
            "ID": rule["id"],
            **chosen(rule, "status", "filter"),
            "Expiration": {"Days": int(rule["expiration"]["days"])},
        }
        for rule in inputs["rules"]
    ]
    context.client("s3").put_bucket_lifecycle_configuration(
        Bucket=inputs["bucket"], LifecycleConfiguration={"Rules": rules}
    )
    return Made(id=inputs["bucket"], outputs={})


def _put_cors(context: Context, inputs: Properties) -> Made:
    rules = [
        {
            **chosen(rule, "allowedMethods", "allowedOrigins", "allowedHeaders", "exposeHeaders"),
            **({"MaxAgeSeconds": int(rule["maxAgeSeconds"])} if rule.get("maxAgeSeconds") else {}),
        }
        for rule in inputs["corsRules"]
    ]
    context.client("s3").put_bucket_cors(Bucket=inputs["bucket"], CORSConfiguration={"CORSRules": rules})
    return Made(id=inputs["bucket"], outputs={})


BUCKET = Kind(
    create=_create_bucket,
    delete=_delete_bucket,
    read=by_id("s3", "head_bucket", "Bucket"),
)
BUCKET_POLICY = put_kind(
    _put_policy,
    by_id("s3", "delete_bucket_policy", "Bucket"),
    replaced_by=("bucket",),
)
PUBLIC_ACCESS_BLOCK = put_kind(
    _put_public_access_block,
    by_id("s3", "delete_public_access_block", "Bucket"),
    replaced_by=("bucket",),
)
CORS = put_kind(_put_cors, by_id("s3", "delete_bucket_cors", "Bucket"), replaced_by=("bucket",))
ENCRYPTION = put_kind(_put_encryption, by_id("s3", "delete_bucket_encryption", "Bucket"), replaced_by=("bucket",))
LIFECYCLE = put_kind(_put_lifecycle, by_id("s3", "delete_bucket_lifecycle", "Bucket"), replaced_by=("bucket",))
