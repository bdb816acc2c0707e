"""DynamoDB tables."""

from typing import Any

from .kind import Context, Kind, Made, Properties, physical_name


def _create(context: Context, name: str, inputs: Properties) -> Made:
    table = inputs.get("name") or physical_name(name)
    dynamodb = context.client("dynamodb")
    keys = [(inputs["hashKey"], "HASH"), *([(inputs["rangeKey"], "RANGE")] if inputs.get("rangeKey") else [])]
    made = dynamodb.create_table(
        TableName=table,
        BillingMode=inputs["billingMode"],
        KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in keys],
        AttributeDefinitions=[
            {"AttributeName": attribute["name"], "AttributeType": attribute["type"]}
            for attribute in inputs["attributes"]
        ],
        DeletionProtectionEnabled=bool(inputs.get("deletionProtectionEnabled")),
        **_stream(inputs),
    )["TableDescription"]
    if inputs.get("ttl"):
        dynamodb.update_time_to_live(
            TableName=table,
            TimeToLiveSpecification={"Enabled": True, "AttributeName": inputs["ttl"]["attributeName"]},
        )
    dynamodb.update_continuous_backups(
        TableName=table,
        PointInTimeRecoverySpecification={
            "PointInTimeRecoveryEnabled": inputs["pointInTimeRecovery"]["enabled"],
        },
    )
    outputs = {"name": table, "arn": made["TableArn"], "streamArn": made.get("LatestStreamArn")}
    return Made(id=table, outputs={key: value for key, value in outputs.items() if value})


def _stream(inputs: Properties) -> dict[str, Any]:
    if not inputs.get("streamEnabled"):
        return {}
    return {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": inputs["streamViewType"]}}


TABLE = Kind(
    create=_create,
    delete=lambda context, made: context.client("dynamodb").delete_table(TableName=made.id),
    read=lambda context, made: context.client("dynamodb").describe_table(TableName=made.id),
)
