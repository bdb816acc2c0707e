"""Tests of the provider functions that look up existing resources."""

import inspect
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components.event_trigger import EventTrigger, EventTriggerArgs
from components.function import ExistingFunction
from components.http_api import HttpApi, HttpApiArgs
from components.local.invokes import INVOKES
from components.local.resources.kind import ACCOUNT, Context
from components.queue_trigger import QueueTrigger, QueueTriggerArgs
from components.schedule_trigger import ScheduleTrigger, ScheduleTriggerArgs
from components.table import Table, TableArgs
from components.topic_trigger import TopicTrigger, TopicTriggerArgs
from tests.local.conftest import REGION, Engine

pytestmark = pytest.mark.emulator

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "lambda.amazonaws.com"}}
        ],
    }
)


@pytest.fixture(scope="module")
def existing(emulator: Context) -> Iterator[dict[str, str]]:
    """Create resources as another program would, and return their ids and ARNs."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", "def handler(event, context):\n    return event\n")
    client = emulator.client
    role = client("iam").create_role(RoleName="old-role", Path="/service/", AssumeRolePolicyDocument=TRUST)["Role"]
    function = client("lambda").create_function(
        FunctionName="old-function",
        Runtime="python3.13",
        Handler="index.handler",
        Role=role["Arn"],
        Code={"ZipFile": code.getvalue()},
        Publish=True,
    )
    client("lambda").create_alias(FunctionName="old-function", Name="live", FunctionVersion=function["Version"])
    client("s3").create_bucket(Bucket="old-bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    client("kinesis").create_stream(StreamName="old-stream", ShardCount=1)
    client("ssm").put_parameter(Name="/old/name", Value="Ada", Type="String")
    client("dynamodb").create_table(
        TableName="old-table",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )
    client("sqs").create_queue(QueueName="old-queue")
    yield {
        "api": client("apigatewayv2").create_api(Name="old", ProtocolType="HTTP")["ApiId"],
        "bus": client("events").create_event_bus(Name="old-bus")["EventBusArn"],
        "key": client("kms").create_key()["KeyMetadata"]["KeyId"],
        "secret": client("secretsmanager").create_secret(Name="old-secret", SecretString="hidden")["ARN"],
        "topic": client("sns").create_topic(Name="old-topic")["TopicArn"],
    }
    client("lambda").delete_function(FunctionName="old-function")


FOUND: dict[str, tuple[Callable[[dict[str, str]], Any], Callable[[dict[str, str]], object]]] = {
    "aws:apigatewayv2/getApi:getApi": (
        lambda old: aws.apigatewayv2.get_api_output(api_id=old["api"]).execution_arn,
        lambda old: f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{old['api']}",
    ),
    "aws:cloudwatch/getEventBus:getEventBus": (
        lambda _: aws.cloudwatch.get_event_bus_output(name="old-bus").arn,
        lambda old: old["bus"],
    ),
    "aws:dynamodb/getTable:getTable": (
        lambda _: aws.dynamodb.get_table_output(name="old-table").arn,
        lambda _: f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/old-table",
    ),
    "aws:iam/getPolicyDocument:getPolicyDocument": (
        lambda _: aws.iam.get_policy_document_output(
            statements=[
                {
                    "actions": ["s3:GetObject"],
                    "resources": ["arn:aws:s3:::old-bucket/*"],
                    "principals": [{"type": "AWS", "identifiers": ["111111111111"]}],
                    "conditions": [{"test": "Bool", "variable": "aws:SecureTransport", "values": ["true"]}],
                }
            ]
        ).json.apply(json.loads),
        lambda _: {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": ["s3:GetObject"],
                    "Resource": ["arn:aws:s3:::old-bucket/*"],
                    "Principal": {"AWS": ["111111111111"]},
                    "Condition": {"Bool": {"aws:SecureTransport": ["true"]}},
                }
            ],
        },
    ),
    "aws:iam/getRole:getRole": (
        lambda _: aws.iam.get_role_output(name="old-role").arn,
        lambda _: f"arn:aws:iam::{ACCOUNT}:role/service/old-role",
    ),
    "aws:index/getCallerIdentity:getCallerIdentity": (
        lambda _: aws.get_caller_identity_output().account_id,
        lambda _: ACCOUNT,
    ),
    "aws:index/getPartition:getPartition": (lambda _: aws.get_partition_output().partition, lambda _: "aws"),
    "aws:index/getRegion:getRegion": (lambda _: aws.get_region_output().region, lambda _: REGION),
    "aws:kinesis/getStream:getStream": (
        lambda _: aws.kinesis.get_stream_output(name="old-stream").arn,
        lambda _: f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/old-stream",
    ),
    "aws:kms/getKey:getKey": (
        lambda old: aws.kms.get_key_output(key_id=old["key"]).arn,
        lambda old: f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{old['key']}",
    ),
    "aws:lambda/getAlias:getAlias": (
        lambda _: aws.lambda_.get_alias_output(function_name="old-function", name="live").arn,
        lambda _: f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:old-function:live",
    ),
    "aws:lambda/getFunction:getFunction": (
        lambda _: aws.lambda_.get_function_output(function_name="old-function").memory_size,
        lambda _: 128,
    ),
    "aws:s3/getBucket:getBucket": (
        lambda _: aws.s3.get_bucket_output(bucket="old-bucket").arn,
        lambda _: "arn:aws:s3:::old-bucket",
    ),
    "aws:secretsmanager/getSecret:getSecret": (
        lambda _: aws.secretsmanager.get_secret_output(name="old-secret").arn,
        lambda old: old["secret"],
    ),
    "aws:sns/getTopic:getTopic": (lambda _: aws.sns.get_topic_output(name="old-topic").arn, lambda old: old["topic"]),
    "aws:sqs/getQueue:getQueue": (
        lambda _: aws.sqs.get_queue_output(name="old-queue").arn,
        lambda _: f"arn:aws:sqs:{REGION}:{ACCOUNT}:old-queue",
    ),
    "aws:ssm/getParameter:getParameter": (
        lambda _: aws.ssm.get_parameter_output(name="/old/name").arn,
        lambda _: f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/old/name",
    ),
}
"""Each lookup, with its expected result."""


@pytest.mark.parametrize("token", sorted(INVOKES))
def test_lookups_find_existing_resources(engine: Engine, existing: dict[str, str], token: str) -> None:
    look_up, expected = FOUND[token]
    outputs = engine.run(lambda: pulumi.export("found", look_up(existing))).outputs
    assert outputs == {"found": expected(existing)}


@pytest.mark.parametrize("token", sorted(INVOKES))
def test_outputs_have_the_names_of_the_provider(emulator: Context, existing: dict[str, str], token: str) -> None:
    arguments = {
        "apiId": existing["api"],
        "bucket": "old-bucket",
        "functionName": "old-function",
        "keyId": existing["key"],
        "name": NAMES.get(token),
    }
    given = {name: value for name, value in arguments.items() if value is not None}
    known = provider_outputs(token)
    answered = INVOKES[token](emulator, {name: value for name, value in given.items() if name in known})
    assert {name for name in answered if name not in known} == set()
    assert answered["id"]


NAMES = {
    "aws:cloudwatch/getEventBus:getEventBus": "old-bus",
    "aws:dynamodb/getTable:getTable": "old-table",
    "aws:iam/getRole:getRole": "old-role",
    "aws:kinesis/getStream:getStream": "old-stream",
    "aws:lambda/getAlias:getAlias": "live",
    "aws:secretsmanager/getSecret:getSecret": "old-secret",
    "aws:sns/getTopic:getTopic": "old-topic",
    "aws:sqs/getQueue:getQueue": "old-queue",
    "aws:ssm/getParameter:getParameter": "/old/name",
}


def provider_outputs(token: str) -> set[str]:
    """Return the names of a function's outputs, in camelCase, read from the SDK."""
    package, function = token.split(":")[1].split("/")
    modules = {"index": "", "lambda": ".lambda_"}
    module = import_module(f"pulumi_aws{modules.get(package, f'.{package}')}")
    result = getattr(module, f"{function[0].upper()}{function[1:]}Result")
    names = [name for name in inspect.signature(result.__init__).parameters if not name.startswith("_")]
    return {_camel(name) for name in names} - {"self"}


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)


def test_a_missing_resource_is_named(engine: Engine) -> None:
    with pytest.raises(Exception, match=r"getFunction with .*'nowhere'.*not found"):
        engine.run(lambda: pulumi.export("arn", aws.lambda_.get_function_output(function_name="nowhere").arn))


def test_a_function_found_by_name_has_routes_triggers_and_grants(engine: Engine, existing: dict[str, str]) -> None:
    assert existing

    def connected() -> None:
        old = ExistingFunction.named("old", "old-function")
        table = Table("notes", TableArgs(partition_key="pk", point_in_time_recovery=False, deletion_protection=False))
        table.allow_read(old)
        QueueTrigger("letters", QueueTriggerArgs(function=old))
        api = HttpApi("api", HttpApiArgs(routes={"POST /letters": old}))
        for name, output in {"arn": old.invoked_arn, "role": old.role_name, "api": api.api_id}.items():
            pulumi.export(name, output)

    outputs = engine.run(connected).outputs
    client = engine.context.client
    assert outputs["arn"] == f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:old-function"
    assert outputs["role"] == "old-role"
    (mapping,) = client("lambda").list_event_source_mappings(FunctionName="old-function")["EventSourceMappings"]
    assert mapping["FunctionArn"] == outputs["arn"]
    policies = client("iam").list_role_policies(RoleName="old-role")["PolicyNames"]
    assert sorted(name.rsplit("-", 1)[0] for name in policies) == ["letters-receives", "old-reads-notes"]
    permissions = json.loads(client("lambda").get_policy(FunctionName="old-function")["Policy"])["Statement"]
    assert any(outputs["api"] in json.dumps(permission) for permission in permissions)


def test_triggers_of_a_function_share_a_queue_that_all_may_send_to(engine: Engine, existing: dict[str, str]) -> None:
    def triggered() -> None:
        old = ExistingFunction.named("old", "old-function")
        EventTrigger("shipped", EventTriggerArgs(function=old, pattern={"source": ["shop"]}))
        news = TopicTrigger("news", TopicTriggerArgs(function=old, topic_arn=existing["topic"]))
        ScheduleTrigger("nightly", ScheduleTriggerArgs(function=old, expression="rate(1 day)"))
        pulumi.export("failures", news.failure_queue_url)

    outputs = engine.run(triggered).outputs
    client = engine.context.client
    attributes = client("sqs").get_queue_attributes(QueueUrl=outputs["failures"], AttributeNames=["All"])["Attributes"]
    senders = [statement["Principal"]["Service"] for statement in json.loads(attributes["Policy"])["Statement"]]
    assert senders == ["events.amazonaws.com", "sns.amazonaws.com"]
    config = client("lambda").get_function_event_invoke_config(FunctionName="old-function")
    assert config["DestinationConfig"]["OnFailure"]["Destination"] == attributes["QueueArn"]
    (schedule,) = client("scheduler").list_schedules()["Schedules"]
    target = client("scheduler").get_schedule(Name=schedule["Name"])["Target"]
    assert target["DeadLetterConfig"]["Arn"] == attributes["QueueArn"]
