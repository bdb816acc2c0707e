"""DynamoDB tables."""

from typing import Any

from .kind import Context, Created, Kind, Properties, physical_name, request


def _create(context: Context, name: str, inputs: Properties) -> Created:
    table = inputs.get("name") or physical_name(name)
    dynamodb = context.client("dynamodb")
    created = dynamodb.create_table(
        TableName=table,
        BillingMode=inputs["billingMode"],
        KeySchema=_keys(inputs),
        AttributeDefinitions=[
            {"AttributeName": attribute["name"], "AttributeType": attribute["type"]}
            for attribute in inputs["attributes"]
        ],
        DeletionProtectionEnabled=bool(inputs.get("deletionProtectionEnabled")),
        **_stream(inputs),
        **_indexes(inputs),
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
    outputs = {"name": table, "arn": created["TableArn"], "streamArn": created.get("LatestStreamArn")}
    return Created(id=table, outputs={key: value for key, value in outputs.items() if value})


def _keys(inputs: Properties) -> list[dict[str, str]]:
    names = (("HASH", inputs["hashKey"]), ("RANGE", inputs.get("rangeKey")))
    return [{"AttributeName": name, "KeyType": kind} for kind, name in names if name]


def _indexes(inputs: Properties) -> dict[str, Any]:
    indexes = [
        {
            "IndexName": index["name"],
            "KeySchema": _keys(index),
            "Projection": {"ProjectionType": index["projectionType"]},
        }
        for index in inputs.get("globalSecondaryIndexes") or []
    ]
    return {"GlobalSecondaryIndexes": indexes} if indexes else {}


def _stream(inputs: Properties) -> dict[str, Any]:
    if not inputs.get("streamEnabled"):
        return {}
    return {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": inputs["streamViewType"]}}


TABLE = Kind(
    create=_create,
    delete=request("dynamodb", "delete_table", TableName="id"),
    read=request("dynamodb", "describe_table", TableName="id"),
)
