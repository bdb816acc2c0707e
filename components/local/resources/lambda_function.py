"""Lambda functions, who may invoke them, and which streams do."""

from typing import Any

from .kind import Context, Kind, Made, Properties, by_id, chosen, pascal_name, physical_name


def _create_function(context: Context, name: str, inputs: Properties) -> Made:
    function = inputs.get("name") or physical_name(name)
    made = context.client("lambda").create_function(
        FunctionName=function,
        Code=chosen(inputs, "s3Bucket", "s3Key"),
        Publish=bool(inputs.get("publish")),
        **_configuration(inputs),
    )
    arn = made["FunctionArn"]
    invoke_arn = f"arn:aws:apigateway:{context.region}:lambda:path/2015-03-31/functions/{arn}/invocations"
    outputs = {"name": function, "arn": arn, "invokeArn": invoke_arn, "codeSha256": made["CodeSha256"]}
    return Made(id=function, outputs={**outputs, "version": made["Version"]})


def _update_function(context: Context, made: Made, inputs: Properties) -> Made:
    functions = context.client("lambda")
    configuration = _configuration(inputs)
    architectures = configuration.pop("Architectures")
    code = functions.update_function_code(
        FunctionName=made.id, Architectures=architectures, **chosen(inputs, "s3Bucket", "s3Key")
    )
    # After the code: a request that the emulator had begun may start an environment with the old code once the code is
    # new, and keep it; this ends it.
    functions.update_function_configuration(FunctionName=made.id, **configuration)
    version = functions.publish_version(FunctionName=made.id)["Version"] if inputs.get("publish") else code["Version"]
    return Made(id=made.id, outputs={**made.outputs, "codeSha256": code["CodeSha256"], "version": version})


def _configuration(inputs: Properties) -> dict[str, Any]:
    return {
        **chosen(inputs, "runtime", "handler", "role", "architectures", "loggingConfig", "description", "layers"),
        **chosen(inputs, "vpcConfig", "deadLetterConfig"),
        "MemorySize": int(inputs["memorySize"]),
        "Timeout": int(inputs["timeout"]),
        # The names of variables are data, not API names: they keep their case.
        "Environment": {"Variables": dict(inputs["environment"]["variables"])},
    }


def _create_permission(context: Context, name: str, inputs: Properties) -> Made:
    statement = physical_name(name)
    context.client("lambda").add_permission(
        StatementId=statement,
        FunctionName=inputs["function"],
        **chosen(inputs, "action", "principal", "sourceArn", "qualifier"),
    )
    outputs = {"statementId": statement, "qualifier": inputs.get("qualifier")}
    return Made(id=f"{inputs['function']}:{statement}", outputs=outputs)


def _delete_permission(context: Context, made: Made) -> None:
    function, statement = made.id.split(":")
    context.client("lambda").remove_permission(
        FunctionName=function, StatementId=statement, **chosen(made.outputs, "qualifier")
    )


def _create_alias(context: Context, _: str, inputs: Properties) -> Made:
    made = context.client("lambda").create_alias(**chosen(inputs, "functionName", "functionVersion", "name"))
    arn = made["AliasArn"]
    invoke_arn = f"arn:aws:apigateway:{context.region}:lambda:path/2015-03-31/functions/{arn}/invocations"
    outputs = {"arn": arn, "invokeArn": invoke_arn, "name": inputs["name"], "functionName": inputs["functionName"]}
    return Made(id=arn, outputs=outputs)


def _delete_alias(context: Context, made: Made) -> None:
    alias = {"FunctionName": made.outputs["functionName"], "Name": made.outputs["name"]}
    context.client("lambda").delete_alias(**alias)


def _create_mapping(context: Context, _: str, inputs: Properties) -> Made:
    made = context.client("lambda").create_event_source_mapping(
        **chosen(inputs, "eventSourceArn", "functionName", "startingPosition"), **_mapping(inputs)
    )
    return Made(id=made["UUID"], outputs={"uuid": made["UUID"]})


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
    delete=by_id("lambda", "delete_function", "FunctionName"),
    read=by_id("lambda", "get_function_configuration", "FunctionName"),
)
ALIAS = Kind(
    create=_create_alias,
    # Its version is moved by the deployment, which the program says by `ignore_changes`.
    update=lambda _context, made, _inputs: made,
    replaced_by=("name", "functionName"),
    delete=_delete_alias,
)
PERMISSION = Kind(create=_create_permission, delete=_delete_permission)
EVENT_SOURCE_MAPPING = Kind(
    create=_create_mapping,
    delete=by_id("lambda", "delete_event_source_mapping", "UUID"),
    read=by_id("lambda", "get_event_source_mapping", "UUID"),
)
