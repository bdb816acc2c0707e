"""Lambda functions, aliases, permissions and event source mappings."""

from typing import Any

from .kind import Context, Created, Kind, Properties, Resource, chosen, physical_name, request, setting_kind

MAPPING_IDENTITY = ("eventSourceArn", "startingPosition")
"""Inputs of an event source mapping that cannot be updated."""


def _create_function(context: Context, name: str, inputs: Properties) -> Created:
    function = physical_name(name, inputs)
    created = context.client("lambda").create_function(
        FunctionName=function,
        Code=chosen(inputs, "s3Bucket", "s3Key"),
        Publish=bool(inputs.get("publish")),
        **chosen(inputs, "architectures"),
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
    code = functions.update_function_code(
        FunctionName=function.id, **chosen(inputs, "architectures", "s3Bucket", "s3Key")
    )
    # After the code: a request during the update can start an environment with the old code, which the emulator would
    # keep; an update of the configuration ends it.
    functions.update_function_configuration(FunctionName=function.id, **_configuration(inputs))
    published = functions.publish_version(FunctionName=function.id) if inputs.get("publish") else code
    outputs = {**function.outputs, "codeSha256": code["CodeSha256"], "version": published["Version"]}
    return Created(id=function.id, outputs=outputs)


def _configuration(inputs: Properties) -> dict[str, Any]:
    return {
        **chosen(inputs, "runtime", "handler", "role", "loggingConfig", "description", "layers"),
        **chosen(inputs, "vpcConfig", "deadLetterConfig", "memorySize", "timeout", "ephemeralStorage", "tracingConfig"),
        # Names of variables are not converted to PascalCase.
        "Environment": {"Variables": dict((inputs.get("environment") or {}).get("variables") or {})},
    }


def _create_permission(context: Context, name: str, inputs: Properties) -> Created:
    statement = physical_name(name, inputs, "statementId")
    context.client("lambda").add_permission(
        StatementId=statement,
        FunctionName=inputs["function"],
        **chosen(inputs, "action", "principal", "sourceArn", "sourceAccount", "qualifier"),
    )
    return Created(id=f"{inputs['function']}:{statement}", outputs={"statementId": statement})


def _create_alias(context: Context, name: str, inputs: Properties) -> Created:
    alias = physical_name(name, inputs)
    created = context.client("lambda").create_alias(Name=alias, **chosen(inputs, "functionName", "functionVersion"))
    return Created(id=created["AliasArn"], outputs={"name": alias, **_arns(context, created["AliasArn"])})


def _create_mapping(context: Context, _: str, inputs: Properties) -> Created:
    created = context.client("lambda").create_event_source_mapping(
        **chosen(inputs, *MAPPING_IDENTITY), **_mapping(inputs)
    )
    return Created(id=created["UUID"], outputs={"uuid": created["UUID"]})


def _update_mapping(context: Context, mapping: Resource, inputs: Properties) -> Created:
    context.client("lambda").update_event_source_mapping(UUID=mapping.id, **_mapping(inputs))
    return mapping


def _mapping(inputs: Properties) -> dict[str, Any]:
    failed = (inputs.get("destinationConfig") or {}).get("onFailure")
    return {
        **chosen(inputs, "functionName", "enabled", "batchSize", "maximumBatchingWindowInSeconds", "scalingConfig"),
        **chosen(inputs, "maximumRetryAttempts", "maximumRecordAgeInSeconds", "parallelizationFactor"),
        **chosen(inputs, "bisectBatchOnFunctionError", "functionResponseTypes", "filterCriteria"),
        **({"DestinationConfig": {"OnFailure": {"Destination": failed["destinationArn"]}}} if failed else {}),
    }


def _put_provisioned_concurrency(context: Context, _: str, inputs: Properties) -> Created:
    context.client("lambda").put_provisioned_concurrency_config(
        **chosen(inputs, "functionName", "qualifier", "provisionedConcurrentExecutions")
    )
    return Created(id=f"{inputs['functionName']},{inputs['qualifier']}", outputs={})


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
    named_by="statementId",
)
EVENT_SOURCE_MAPPING = Kind(
    create=_create_mapping,
    update=_update_mapping,
    replaced_by=MAPPING_IDENTITY,
    delete=request("lambda", "delete_event_source_mapping", UUID="id"),
    read=request("lambda", "get_event_source_mapping", UUID="id"),
)
PROVISIONED_CONCURRENCY = Kind(
    create=_put_provisioned_concurrency,
    update=lambda context, _, inputs: _put_provisioned_concurrency(context, "", inputs),
    replaced_by=("functionName", "qualifier"),
    delete=request(
        "lambda", "delete_provisioned_concurrency_config", FunctionName="functionName", Qualifier="qualifier"
    ),
)
RECURSION = setting_kind(
    lambda context, function, loop: context.client("lambda").put_function_recursion_config(
        FunctionName=function, RecursiveLoop=loop
    ),
    lambda inputs: inputs["recursiveLoop"],
    unset="Terminate",
    identified_by="functionName",
)
