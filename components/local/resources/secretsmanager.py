"""Secrets Manager's secrets and their values."""

from .kind import Context, Created, Kind, Properties, Resource, chosen, physical_name, request


def _create(context: Context, name: str, inputs: Properties) -> Created:
    secret = physical_name(name, inputs)
    secrets = context.client("secretsmanager")
    arn = secrets.create_secret(Name=secret, **chosen(inputs, "description", "kmsKeyId"))["ARN"]
    return Created(id=arn, outputs={"arn": arn, "name": secret})


def _update(context: Context, secret: Resource, inputs: Properties) -> Created:
    context.client("secretsmanager").update_secret(SecretId=secret.id, **chosen(inputs, "description", "kmsKeyId"))
    return secret


def _delete(context: Context, secret: Resource) -> None:
    context.client("secretsmanager").delete_secret(SecretId=secret.id, ForceDeleteWithoutRecovery=True)


def _put_value(context: Context, _: str, inputs: Properties) -> Created:
    version = context.client("secretsmanager").put_secret_value(
        SecretId=inputs["secretId"], **chosen(inputs, "secretString", "secretBinary")
    )
    return Created(
        id=f"{inputs['secretId']}|{version['VersionId']}",
        outputs={"arn": version["ARN"], "versionId": version["VersionId"]},
    )


SECRET = Kind(
    create=_create,
    update=_update,
    replaced_by=("name", "namePrefix"),
    delete=_delete,
    read=request("secretsmanager", "describe_secret", SecretId="id"),
)
# A value is deleted with its secret.
SECRET_VERSION = Kind(create=_put_value, delete=lambda *_: None)
