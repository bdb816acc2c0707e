"""DynamoDB tables."""

from collections.abc import Iterator
from typing import Any

from .kind import Context, Created, Kind, Properties, Resource, chosen, physical_name, request


def _create(context: Context, name: str, inputs: Properties) -> Created:
    table = physical_name(name, inputs)
    dynamodb = context.client("dynamodb")
    created = dynamodb.create_table(
        TableName=table,
        KeySchema=_keys(inputs),
        AttributeDefinitions=_attributes(inputs),
        DeletionProtectionEnabled=bool(inputs.get("deletionProtectionEnabled")),
        **_billing(inputs),
        **_stream(inputs),
        **_indexes(inputs),
    )["TableDescription"]
    _put_ttl(dynamodb, table, None, inputs.get("ttl"))
    _put_recovery(dynamodb, table, inputs)
    return Created(id=table, outputs=_outputs(created))


def _update(context: Context, table: Resource, inputs: Properties) -> Created:
    dynamodb = context.client("dynamodb")
    for change in _changes(table.inputs, inputs):
        dynamodb.update_table(TableName=table.id, **change)
    _put_ttl(dynamodb, table.id, table.inputs.get("ttl"), inputs.get("ttl"))
    _put_recovery(dynamodb, table.id, inputs)
    return Created(id=table.id, outputs=_outputs(dynamodb.describe_table(TableName=table.id)["Table"]))


def _outputs(described: Properties) -> dict[str, str]:
    outputs = {"name": "TableName", "arn": "TableArn", "streamArn": "LatestStreamArn"}
    return {output: described[key] for output, key in outputs.items() if described.get(key)}


def _changes(old: Properties, new: Properties) -> Iterator[dict[str, Any]]:
    """Yield the arguments of each request: DynamoDB creates or deletes one index at a time, and ends a stream first."""
    yield {"DeletionProtectionEnabled": bool(new.get("deletionProtectionEnabled"))}
    before, after = _global_indexes(old), _global_indexes(new)
    same = {name for name in before.keys() & after.keys() if _identity(before[name]) == _identity(after[name])}
    for name in sorted(before.keys() - same):
        yield {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": name}}]}
    resized = [
        {"Update": {"IndexName": name, "ProvisionedThroughput": after[name]["ProvisionedThroughput"]}}
        for name in sorted(same)
        if after[name] != before[name] and "ProvisionedThroughput" in after[name]
    ]
    billing = _billing(new) if _billing(new) != _billing(old) else {}
    if billing or resized:
        yield {**billing, **({"GlobalSecondaryIndexUpdates": resized} if resized else {})}
    for name in sorted(after.keys() - same):
        create = {"GlobalSecondaryIndexUpdates": [{"Create": after[name]}]}
        yield {"AttributeDefinitions": _attributes(new), **create}
    if _stream(old) != _stream(new):
        if _stream(old):
            yield {"StreamSpecification": {"StreamEnabled": False}}
        if _stream(new):
            yield _stream(new)


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


def _attributes(inputs: Properties) -> list[dict[str, str]]:
    return [
        {"AttributeName": attribute["name"], "AttributeType": attribute["type"]}
        for attribute in inputs.get("attributes") or []
    ]


def _billing(inputs: Properties) -> dict[str, Any]:
    return {"BillingMode": inputs.get("billingMode") or "PROVISIONED", **_capacity(inputs, inputs)}


def _capacity(table: Properties, part: Properties) -> dict[str, Any]:
    """Return the capacity of a table or an index, which it has unless the table is on demand."""
    if table.get("billingMode") == "PAY_PER_REQUEST":
        return {}
    units = {"ReadCapacityUnits": part.get("readCapacity") or 1, "WriteCapacityUnits": part.get("writeCapacity") or 1}
    return {"ProvisionedThroughput": {name: int(value) for name, value in units.items()}}


def _keys(inputs: Properties) -> list[dict[str, str]]:
    """Return the keys of a table or an index; those of an index may be a list."""
    names = [(key["keyType"], key["attributeName"]) for key in inputs.get("keySchemas") or []]
    names += [("HASH", inputs.get("hashKey")), ("RANGE", inputs.get("rangeKey"))]
    return [{"AttributeName": name, "KeyType": kind} for kind, name in names if name]


def _indexes(inputs: Properties) -> dict[str, Any]:
    everywhere = [*_global_indexes(inputs).values()]
    local = [
        {**_index(index), "KeySchema": _keys({**inputs, **index})}
        for index in inputs.get("localSecondaryIndexes") or []
    ]
    return {
        **({"GlobalSecondaryIndexes": everywhere} if everywhere else {}),
        **({"LocalSecondaryIndexes": local} if local else {}),
    }


def _global_indexes(inputs: Properties) -> dict[str, dict[str, Any]]:
    return {
        index["name"]: {**_index(index), "KeySchema": _keys(index), **_capacity(inputs, index)}
        for index in inputs.get("globalSecondaryIndexes") or []
    }


def _identity(index: Properties) -> tuple[Any, Any]:
    """Return what cannot be updated: a changed index is deleted and created."""
    return index["KeySchema"], index["Projection"]


def _index(index: Properties) -> dict[str, Any]:
    return {"IndexName": index["name"], "Projection": chosen(index, "projectionType", "nonKeyAttributes")}


def _stream(inputs: Properties) -> dict[str, Any]:
    if not inputs.get("streamEnabled"):
        return {}
    return {"StreamSpecification": {"StreamEnabled": True, **chosen(inputs, "streamViewType")}}


TABLE = Kind(
    create=_create,
    update=_update,
    replaced_by=("name", "hashKey", "rangeKey", "localSecondaryIndexes"),
    delete=request("dynamodb", "delete_table", TableName="id"),
    read=request("dynamodb", "describe_table", TableName="id"),
)
