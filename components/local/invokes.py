"""The provider functions that a program may call, implemented with the emulator.

Their results have the outputs that connect existing resources with others, such as names and ARNs, not every output.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from .errors import ONLY_ELSEWHERE, LocalError
from .resources.apigateway import api_addresses
from .resources.kind import Context, Properties

PARTITION = "aws"


@dataclass(frozen=True, kw_only=True)
class Lookup:
    """A provider function that is one request to AWS."""

    service: str
    operation: str
    arguments: Mapping[str, str]
    """Name in the request by the function's argument."""
    member: str | None = None
    """Part of the response that has the resource; by default the whole response."""
    outputs: Mapping[str, str]
    """Name in the response by output. The first output is also the id."""

    def __call__(self, context: Context, arguments: Properties) -> dict[str, Any]:
        """Return the outputs."""
        sent = {
            name: arguments[argument]
            for argument, name in self.arguments.items()
            if arguments.get(argument) is not None
        }
        found = getattr(context.client(self.service), self.operation)(**sent)
        if self.member is not None:
            found = found[self.member]
        outputs = {output: found.get(name) for output, name in self.outputs.items()}
        return {**arguments, **outputs, "id": next(iter(outputs.values()))}


def _caller_identity(context: Context, _: Properties) -> dict[str, Any]:
    caller = context.client("sts").get_caller_identity()
    return {"id": caller["Account"], "accountId": caller["Account"], "arn": caller["Arn"], "userId": caller["UserId"]}


def _region(context: Context, _: Properties) -> dict[str, Any]:
    return {
        "id": context.region,
        "name": context.region,
        "region": context.region,
        "description": context.region,
        "endpoint": f"ec2.{context.region}.amazonaws.com",
    }


def _partition(_: Context, __: Properties) -> dict[str, Any]:
    return {
        "id": PARTITION,
        "partition": PARTITION,
        "dnsSuffix": "amazonaws.com",
        "reverseDnsPrefix": "com.amazonaws",
    }


def _api(context: Context, arguments: Properties) -> dict[str, Any]:
    api = context.client("apigatewayv2").get_api(ApiId=arguments["apiId"])
    return {**arguments, "id": api["ApiId"], "name": api["Name"], **api_addresses(context, api["ApiId"])}


def _queue(context: Context, arguments: Properties) -> dict[str, Any]:
    sqs = context.client("sqs")
    url = sqs.get_queue_url(QueueName=arguments["name"])["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    return {**arguments, "id": url, "url": url, "arn": attributes["QueueArn"]}


def _topic(context: Context, arguments: Properties) -> dict[str, Any]:
    for page in context.client("sns").get_paginator("list_topics").paginate():
        for topic in page["Topics"]:
            if topic["TopicArn"].split(":")[-1] == arguments["name"]:
                return {**arguments, "id": topic["TopicArn"], "arn": topic["TopicArn"]}
    raise LocalError(f"the emulator has no SNS topic {arguments['name']}: create it, or correct the name")


def _bucket(context: Context, arguments: Properties) -> dict[str, Any]:
    name = arguments["bucket"]
    context.client("s3").head_bucket(Bucket=name)
    domain = f"{name}.s3.amazonaws.com"
    return {**arguments, "id": name, "arn": f"arn:{PARTITION}:s3:::{name}", "bucketDomainName": domain}


def _policy_document(_: Context, arguments: Properties) -> dict[str, Any]:
    statements = [_statement(statement) for statement in arguments.get("statements") or []]
    policy_id = {"Id": arguments["policyId"]} if arguments.get("policyId") else {}
    document = {"Version": arguments.get("version") or "2012-10-17", **policy_id, "Statement": statements}
    text = json.dumps(document, indent=2)
    return {**arguments, "id": "policy", "json": text, "minifiedJson": json.dumps(document, separators=(",", ":"))}


def _statement(statement: Properties) -> dict[str, Any]:
    lists = {"actions": "Action", "notActions": "NotAction", "resources": "Resource", "notResources": "NotResource"}
    conditions: dict[str, dict[str, Any]] = {}
    for condition in statement.get("conditions") or []:
        conditions.setdefault(condition["test"], {})[condition["variable"]] = condition["values"]
    principals = {"principals": "Principal", "notPrincipals": "NotPrincipal"}
    return {
        **({"Sid": statement["sid"]} if statement.get("sid") else {}),
        "Effect": statement.get("effect") or "Allow",
        **{name: statement[key] for key, name in lists.items() if statement.get(key)},
        **{name: _principals(statement[key]) for key, name in principals.items() if statement.get(key)},
        **({"Condition": conditions} if conditions else {}),
    }


def _principals(principals: Sequence[Properties]) -> str | dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for principal in principals:
        found.setdefault(principal["type"], []).extend(principal["identifiers"])
    return "*" if found == {"*": ["*"]} else found


INVOKES: Mapping[str, Callable[[Context, Properties], dict[str, Any]]] = {
    "aws:apigatewayv2/getApi:getApi": _api,
    "aws:cloudwatch/getEventBus:getEventBus": Lookup(
        service="events",
        operation="describe_event_bus",
        arguments={"name": "Name"},
        outputs={"name": "Name", "arn": "Arn"},
    ),
    "aws:dynamodb/getTable:getTable": Lookup(
        service="dynamodb",
        operation="describe_table",
        arguments={"name": "TableName"},
        member="Table",
        outputs={"name": "TableName", "arn": "TableArn", "streamArn": "LatestStreamArn"},
    ),
    "aws:iam/getPolicyDocument:getPolicyDocument": _policy_document,
    "aws:iam/getRole:getRole": Lookup(
        service="iam",
        operation="get_role",
        arguments={"name": "RoleName"},
        member="Role",
        outputs={"name": "RoleName", "arn": "Arn", "path": "Path", "uniqueId": "RoleId"},
    ),
    "aws:index/getCallerIdentity:getCallerIdentity": _caller_identity,
    "aws:index/getPartition:getPartition": _partition,
    "aws:index/getRegion:getRegion": _region,
    "aws:kinesis/getStream:getStream": Lookup(
        service="kinesis",
        operation="describe_stream_summary",
        arguments={"name": "StreamName"},
        member="StreamDescriptionSummary",
        outputs={"arn": "StreamARN", "name": "StreamName", "status": "StreamStatus"},
    ),
    "aws:kms/getKey:getKey": Lookup(
        service="kms",
        operation="describe_key",
        arguments={"keyId": "KeyId"},
        member="KeyMetadata",
        outputs={"id": "KeyId", "arn": "Arn", "enabled": "Enabled"},
    ),
    "aws:lambda/getAlias:getAlias": Lookup(
        service="lambda",
        operation="get_alias",
        arguments={"functionName": "FunctionName", "name": "Name"},
        outputs={"arn": "AliasArn", "name": "Name", "functionVersion": "FunctionVersion"},
    ),
    "aws:lambda/getFunction:getFunction": Lookup(
        service="lambda",
        operation="get_function_configuration",
        arguments={"functionName": "FunctionName", "qualifier": "Qualifier"},
        outputs={
            "functionName": "FunctionName",
            "arn": "FunctionArn",
            "role": "Role",
            "runtime": "Runtime",
            "handler": "Handler",
            "memorySize": "MemorySize",
            "timeout": "Timeout",
            "version": "Version",
            "architectures": "Architectures",
            "codeSha256": "CodeSha256",
        },
    ),
    "aws:s3/getBucket:getBucket": _bucket,
    "aws:secretsmanager/getSecret:getSecret": Lookup(
        service="secretsmanager",
        operation="describe_secret",
        arguments={"name": "SecretId", "arn": "SecretId"},
        outputs={"arn": "ARN", "name": "Name"},
    ),
    "aws:sns/getTopic:getTopic": _topic,
    "aws:sqs/getQueue:getQueue": _queue,
    "aws:ssm/getParameter:getParameter": Lookup(
        service="ssm",
        operation="get_parameter",
        arguments={"name": "Name", "withDecryption": "WithDecryption"},
        member="Parameter",
        outputs={"name": "Name", "arn": "ARN", "type": "Type", "value": "Value", "version": "Version"},
    ),
}
"""The supported provider functions, by Pulumi token."""


def invoke(context: Context, token: str, arguments: Properties) -> dict[str, Any]:
    """Call a provider function, and return its result.

    Raises:
        LocalError: the function is not supported, or finds nothing.
    """
    function = INVOKES.get(token)
    if function is None:
        raise LocalError(f"the local engine does not support {token}: call it {ONLY_ELSEWHERE}")
    try:
        return function(context, arguments)
    except ClientError as error:
        raise LocalError(f"{token} with {dict(arguments)}: {error}") from None
