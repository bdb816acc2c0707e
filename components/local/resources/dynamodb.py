"""DynamoDB tables."""

from typing import Any

from .kind import Context, Created, Kind, Properties, Resource, chosen, physical_name, request

REPLACED_BY = (
    *("name", "hashKey", "rangeKey", "attributes", "billingMode", "readCapacity", "writeCapacity"),
    *("globalSecondaryIndexes", "localSecondaryIndexes", "streamEnabled", "streamViewType"),
)
"""AWS updates the billing, the indexes and the stream in place; the emulator gets a new table, without its items."""


def _create(context: Context, name: str, inputs: Properties) -> Created:
    table = physical_name(name, inputs)
    dynamodb = context.client("dynamodb")
    created = dynamodb.create_table(
        TableName=table,
        KeySchema=_keys(inputs),
        AttributeDefinitions=[
            {"AttributeName": attribute["name"], "AttributeType": attribute["type"]}
            for attribute in inputs.get("attributes") or []
        ],
        DeletionProtectionEnabled=bool(inputs.get("deletionProtectionEnabled")),
        **_capacity(inputs, inputs),
        **_stream(inputs),
        **_indexes(inputs),
    )["TableDescription"]
    _put_ttl(dynamodb, table, None, inputs.get("ttl"))
    _put_recovery(dynamodb, table, inputs)
    outputs = {"name": table, "arn": created["TableArn"], "streamArn": created.get("LatestStreamArn")}
    return Created(id=table, outputs={key: value for key, value in outputs.items() if value})


def _update(context: Context, table: Resource, inputs: Properties) -> Created:
    dynamodb = context.client("dynamodb")
    dynamodb.update_table(TableName=table.id, DeletionProtectionEnabled=bool(inputs.get("deletionProtectionEnabled")))
    _put_ttl(dynamodb, table.id, table.inputs.get("ttl"), inputs.get("ttl"))
    _put_recovery(dynamodb, table.id, inputs)
    return table


def _put_ttl(dynamodb: Any, table: str, old: Properties | None, new: Properties | None) -> None:
    """Change the attribute by which items expire; DynamoDB refuses a request that changes nothing."""
    before, after = (ttl["attributeName"] if ttl and ttl.get("enabled", True) else None for ttl in (old, new))
    for attribute, enabled in ((before, False), (after, True)):
        if attribute and before != after:
            ttl = {"Enabled": enabled, "AttributeName": attribute}
            dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=ttl)


def _put_recovery(dynamodb: Any, table: str, inputs: Properties) -> None:
    enabled = bool((inputs.get("pointInTimeRecovery") or {}).get("enabled"))
    dynamodb.update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": enabled}
    )


def _capacity(table: Properties, part: Properties) -> dict[str, Any]:
    """Return the billing mode, and the capacity of a table or an index that has one."""
    if table.get("billingMode") == "PAY_PER_REQUEST":
        return {"BillingMode": "PAY_PER_REQUEST"} if part is table else {}
    units = {"ReadCapacityUnits": part.get("readCapacity") or 1, "WriteCapacityUnits": part.get("writeCapacity") or 1}
    return {"ProvisionedThroughput": {name: int(value) for name, value in units.items()}}


def _keys(inputs: Properties) -> list[dict[str, str]]:
    names = (("HASH", inputs.get("hashKey")), ("RANGE", inputs.get("rangeKey")))
    return [{"AttributeName": name, "KeyType": kind} for kind, name in names if name]


def _indexes(inputs: Properties) -> dict[str, Any]:
    everywhere = [
        {**_index(index), "KeySchema": _keys(index), **_capacity(inputs, index)}
        for index in inputs.get("globalSecondaryIndexes") or []
    ]
    local = [
        {**_index(index), "KeySchema": _keys({**inputs, **index})}
        for index in inputs.get("localSecondaryIndexes") or []
    ]
    return {
        **({"GlobalSecondaryIndexes": everywhere} if everywhere else {}),
        **({"LocalSecondaryIndexes": local} if local else {}),
    }


def _index(index: Properties) -> dict[str, Any]:
    return {"IndexName": index["name"], "Projection": chosen(index, "projectionType", "nonKeyAttributes")}


def _stream(inputs: Properties) -> dict[str, Any]:
    if not inputs.get("streamEnabled"):
        return {}
    return {"StreamSpecification": {"StreamEnabled": True, **chosen(inputs, "streamViewType")}}


TABLE = Kind(
    create=_create,
    update=_update,
    replaced_by=REPLACED_BY,
    delete=request("dynamodb", "delete_table", TableName="id"),
    read=request("dynamodb", "describe_table", TableName="id"),
)
