"""KMS keys and their aliases."""

from .kind import Context, Created, Kind, Properties, Resource, chosen, physical_name, request

PENDING_DAYS = 7
"""The shortest waiting period of a deletion."""


def _create_key(context: Context, _: str, inputs: Properties) -> Created:
    described = context.client("kms").create_key(
        **chosen(inputs, "description", "keyUsage", "multiRegion", "policy"), **_spec(inputs)
    )["KeyMetadata"]
    return Created(id=described["KeyId"], outputs={"keyId": described["KeyId"], "arn": described["Arn"]})


def _spec(inputs: Properties) -> dict[str, str]:
    return {"KeySpec": inputs["customerMasterKeySpec"]} if inputs.get("customerMasterKeySpec") else {}


def _update_key(context: Context, key: Resource, inputs: Properties) -> Created:
    kms = context.client("kms")
    kms.update_key_description(KeyId=key.id, Description=inputs.get("description") or "")
    if inputs.get("policy"):
        kms.put_key_policy(KeyId=key.id, PolicyName="default", Policy=inputs["policy"])
    return key


def _delete_key(context: Context, key: Resource) -> None:
    context.client("kms").schedule_key_deletion(KeyId=key.id, PendingWindowInDays=PENDING_DAYS)


def _create_alias(context: Context, name: str, inputs: Properties) -> Created:
    alias = inputs.get("name") or f"alias/{physical_name(name, {})}"
    kms = context.client("kms")
    kms.create_alias(AliasName=alias, TargetKeyId=inputs["targetKeyId"])
    key = kms.describe_key(KeyId=inputs["targetKeyId"])["KeyMetadata"]
    arn = key["Arn"].rpartition(":")[0] + f":{alias}"
    return Created(id=alias, outputs={"name": alias, "arn": arn, "targetKeyArn": key["Arn"]})


KEY = Kind(
    create=_create_key,
    update=_update_key,
    replaced_by=("keyUsage", "customerMasterKeySpec", "multiRegion"),
    delete=_delete_key,
)
ALIAS = Kind(create=_create_alias, delete=request("kms", "delete_alias", AliasName="id"))
