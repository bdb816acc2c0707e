"""Parameters of Systems Manager."""

from .kind import ACCOUNT, Context, Created, Kind, Properties, chosen, physical_name, request


def _create(context: Context, name: str, inputs: Properties) -> Created:
    parameter = physical_name(name, inputs)
    arn = f"arn:aws:ssm:{context.region}:{ACCOUNT}:parameter/{parameter.removeprefix('/')}"
    return _put(context, Created(id=parameter, outputs={"name": parameter, "arn": arn}), inputs)


def _put(context: Context, parameter: Created, inputs: Properties) -> Created:
    value = inputs.get("value") or inputs["insecureValue"]
    version = context.client("ssm").put_parameter(
        Name=parameter.id, Value=value, Overwrite=True, **chosen(inputs, "type", "description", "tier", "keyId")
    )["Version"]
    return Created(id=parameter.id, outputs={**parameter.outputs, "value": value, "version": version})


PARAMETER = Kind(
    create=_create,
    update=_put,
    replaced_by=("name",),
    delete=request("ssm", "delete_parameter", Name="id"),
    read=request("ssm", "get_parameter", Name="id"),
)
