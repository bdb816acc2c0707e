"""Lambda functions, aliases, permissions and event source mappings."""

from typing import Any

from .kind import Context, Created, Kind, Properties, Resource, chosen, pascal_name, physical_name, request


def _create_function(context: Context, name: str, inputs: Properties) -> Created:
    function = inputs.get("name") or physical_name(name)
    created = context.client("lambda").create_function(
        FunctionName=function,
        Code=chosen(inputs, "s3Bucket", "s3Key"),
        Publish=bool(inputs.get("publish")),
        **_configuration(inputs),
    )
    arns = _arns(context, created["FunctionArn"])
    outputs = {**arns, "name": function, "codeSha256": created["CodeSha256"], "version": created["Version"]}
    return Created(id=function, outputs=outputs)


def _arns(context: Context, arn: str) -> dict[str, str]:
    """Return the outputs with the ARNs of a function or an alias."""
    invoke_arn = f"arn:aws:apigateway:{context.region}:lambda:path/2015-03-31/functions/{arn}/invocations"
    return {"arn": arn, "invokeArn": invoke_arn}


def _update_function(context: Context, function: Resource, inputs: Properties) -> Created:
    functions = context.client("lambda")
    configuration = _configuration(inputs)
    architectures = configuration.pop("Architectures")
    code = functions.update_function_code(
        FunctionName=function.id, Architectures=architectures, **chosen(inputs, "s3Bucket", "s3Key")
    )
    # After the code: a request during the update can start an environment with the old code, which the emulator would
    # keep; an update of the configuration ends it.
    functions.update_function_configuration(FunctionName=function.id, **configuration)
    published = functions.publish_version(FunctionName=function.id) if inputs.get("publish") else code
    outputs = {**function.outputs, "codeSha256": code["CodeSha256"], "version": published["Version"]}
    return Created(id=function.id, outputs=outputs)


def _configuration(inputs: Properties) -> dict[str, Any]:
    return {
        **chosen(inputs, "runtime", "handler", "role", "architectures", "loggingConfig", "description", "layers"),
        **chosen(inputs, "vpcConfig", "deadLetterConfig"),
        "MemorySize": int(inputs["memorySize"]),
        "Timeout": int(inputs["timeout"]),
        # Names of variables are not converted to PascalCase.
        "Environment": {"Variables": dict(inputs["environment"]["variables"])},
    }


def _create_permission(context: Context, name: str, inputs: Properties) -> Created:
    statement = physical_name(name)
    context.client("lambda").add_permission(
        StatementId=statement,
        FunctionName=inputs["function"],
        **chosen(inputs, "action", "principal", "sourceArn", "qualifier"),
    )
    return Created(id=f"{inputs['function']}:{statement}", outputs={"statementId": statement})


def _create_alias(context: Context, _: str, inputs: Properties) -> Created:
    created = context.client("lambda").create_alias(**chosen(inputs, "functionName", "functionVersion", "name"))
    return Created(id=created["AliasArn"], outputs=_arns(context, created["AliasArn"]))


def _create_mapping(context: Context, _: str, inputs: Properties) -> Created:
    created = context.client("lambda").create_event_source_mapping(
        **chosen(inputs, "eventSourceArn", "functionName", "startingPosition"), **_mapping(inputs)
    )
    return Created(id=created["UUID"], outputs={"uuid": created["UUID"]})


def _mapping(inputs: Properties) -> dict[str, Any]:
    numbers = ("batchSize", "maximumBatchingWindowInSeconds", "maximumRetryAttempts", "maximumRecordAgeInSeconds")
    failed = (inputs.get("destinationConfig") or {}).get("onFailure")
    concurrency = (inputs.get("scalingConfig") or {}).get("maximumConcurrency")
    return {
        **chosen(inputs, "bisectBatchOnFunctionError", "functionResponseTypes", "filterCriteria"),
        **{pascal_name(name): int(inputs[name]) for name in numbers if inputs.get(name) is not None},
        **({"DestinationConfig": {"OnFailure": {"Destination": failed["destinationArn"]}}} if failed else {}),
        **({"ScalingConfig": {"MaximumConcurrency": int(concurrency)}} if concurrency else {}),
    }


FUNCTION = Kind(
    create=_create_function,
    update=_update_function,
    replaced_by=("name",),
    delete=request("lambda", "delete_function", FunctionName="id"),
    read=request("lambda", "get_function_configuration", FunctionName="id"),
)
ALIAS = Kind(
    create=_create_alias,
    # The deployment shifts the version, so the program has it in `ignore_changes`.
    update=lambda _context, alias, _inputs: alias,
    replaced_by=("name", "functionName"),
    delete=request("lambda", "delete_alias", FunctionName="functionName", Name="name"),
)
PERMISSION = Kind(
    create=_create_permission,
    delete=request(
        "lambda", "remove_permission", FunctionName="function", StatementId="statementId", Qualifier="qualifier"
    ),
)
EVENT_SOURCE_MAPPING = Kind(
    create=_create_mapping,
    delete=request("lambda", "delete_event_source_mapping", UUID="id"),
    read=request("lambda", "get_event_source_mapping", UUID="id"),
)
