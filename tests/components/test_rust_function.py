import json
from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from pulumi_command.local import Command
from rules import violations

from components.customize import provider_inputs
from components.function_settings import AsyncInvocation, FileSystem, FunctionUrl, Network
from components.iam import Statement
from components.rust_function import Operation, RustFunction, RustFunctionArgs
from tests.artifacts import artifact
from tests.recording import Recording, record

FUNCTION = "aws:lambda/function:Function"


def declared(**args: Any) -> Recording:
    return record(lambda: RustFunction("echo", RustFunctionArgs(artifact=artifact("echo"), **args)))


def inputs(**args: Any) -> Mapping[str, Any]:
    (function,) = declared(**args).of_type(FUNCTION)
    return function.inputs


def test_a_function_has_small_defaults_on_arm64() -> None:
    found = inputs()
    assert (found["s3Bucket"], found["s3Key"]) == ("artifacts", "echo/arm64/abc.zip")
    assert (found["runtime"], found["handler"], found["architectures"]) == ("provided.al2023", "bootstrap", ["arm64"])
    assert (found["memorySize"], found["timeout"]) == (128, 3)
    assert found["environment"]["variables"] == {"RUST_LOG": "info", "RUST_BACKTRACE": "1"}


def test_memory_timeout_level_and_environment_can_be_set() -> None:
    found = inputs(
        memory_mib=512, timeout_seconds=10, operation=Operation(log_level="debug"), environment={"TABLE": "views"}
    )
    assert (found["memorySize"], found["timeout"]) == (512, 10)
    assert found["environment"]["variables"] == {"RUST_LOG": "debug", "RUST_BACKTRACE": "1", "TABLE": "views"}


def test_logs_go_to_the_function_s_group_with_retention() -> None:
    recording = declared(operation=Operation(log_retention_days=90))
    (group,) = recording.of_type("aws:cloudwatch/logGroup:LogGroup")
    (function,) = recording.of_type(FUNCTION)
    assert group.inputs["retentionInDays"] == 90
    assert function.inputs["loggingConfig"]["logGroup"] == group.name
    assert any(urn.endswith("::echo-logs") for urn in function.depends_on)


def test_only_the_handler_filters_log_levels() -> None:
    assert inputs()["loggingConfig"]["applicationLogLevel"] == "TRACE"


def test_the_role_may_write_its_logs_only() -> None:
    (policy,) = declared().of_type("aws:iam/rolePolicy:RolePolicy")
    (statement,) = json.loads(policy.inputs["policy"])["Statement"]
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert statement["Resource"] == ["arn:aws:test:::echo-logs:log-stream:*"]


def test_the_function_depends_on_code_and_permissions() -> None:
    (function,) = declared().of_type(FUNCTION)
    assert any(urn.endswith("::echo-upload") for urn in function.depends_on)
    assert any(urn.endswith("::echo-writes-logs") for urn in function.depends_on)


def test_two_functions_of_one_artifact_do_not_collide() -> None:
    def declare() -> None:
        uploaded = Command("upload", create="true")
        for name in ("one", "two"):
            RustFunction(name, RustFunctionArgs(artifact=artifact("echo", uploaded)))

    names = [(resource.typ, resource.name) for resource in record(declare).resources]
    assert len(names) == len(set(names))


def test_children_have_the_component_as_their_parent() -> None:
    def declare() -> None:
        outer = pulumi.ComponentResource("test:index:Outer", "outer")
        RustFunction("echo", RustFunctionArgs(artifact=artifact("echo")), pulumi.ResourceOptions(parent=outer))

    children = [resource for resource in record(declare).resources if resource.typ.startswith("aws:")]
    assert children
    assert all("test:index:Outer$rust-serverless:index:RustFunction::echo" in child.parent for child in children)


@pytest.mark.parametrize("preview", [True, False])
def test_the_key_of_the_code_is_known_in_a_preview(preview: bool) -> None:
    recording = record(lambda: RustFunction("echo", RustFunctionArgs(artifact=artifact("echo"))), preview=preview)
    (function,) = recording.of_type(FUNCTION)
    assert function.inputs["s3Key"] == "echo/arm64/abc.zip"


def test_tracing_and_concurrency_are_set_as_configured() -> None:
    recording = declared(operation=Operation(tracing=True, reserved_concurrency=50))
    (function,) = recording.of_type(FUNCTION)
    assert function.inputs["tracingConfig"] == {"mode": "Active"}
    assert function.inputs["reservedConcurrentExecutions"] == 50
    assert any(urn.endswith("::echo-writes-traces") for urn in function.depends_on)
    assert not {"tracingConfig", "reservedConcurrentExecutions"} & set(inputs())


def test_only_the_public_key_of_debug_headers_is_a_variable() -> None:
    variable = "POWERTOOLS_DEBUG_PUBLIC_KEY"
    assert inputs(operation=Operation(debug_public_key="ab" * 32))["environment"]["variables"][variable] == "ab" * 32
    assert variable not in inputs()["environment"]["variables"]


def test_the_layer_of_a_collector_turns_tracing_on() -> None:
    collector = "arn:aws:lambda:eu-west-1:123456789012:layer:collector:1"
    recording = declared(operation=Operation(open_telemetry_layer=collector), layers=["arn:of:another"])
    (function,) = recording.of_type(FUNCTION)
    assert function.inputs["layers"] == ["arn:of:another", collector]
    assert function.inputs["tracingConfig"] == {"mode": "Active"}
    assert any(urn.endswith("::echo-writes-traces") for urn in function.depends_on)


EVERYTHING: dict[str, Any] = {
    "references": {"DATABASE": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-a1b2c3"},
    "statements": [Statement(actions=["s3:GetObject"], resources=["arn:aws:s3:::pictures/*"])],
    "description": "Says hi.",
    "function_name": "echo",
    "tags": {"team": "web"},
    "layers": ["arn:aws:lambda:eu-west-1:123456789012:layer:otel:3"],
    "temporary_storage_mib": 2048,
    "network": Network(subnet_ids=["subnet-1"], security_group_ids=["sg-1"]),
    "file_system": FileSystem(
        access_point_arn="arn:aws:elasticfilesystem:eu-west-1:123456789012:access-point/fsap-1",
        mount_path="/mnt/models",
    ),
    "asynchronous": AsyncInvocation(
        on_failure="arn:aws:sqs:eu-west-1:123456789012:failed", on_success="arn:aws:sns:eu-west-1:123456789012:done"
    ),
    "dead_letter_arn": "arn:aws:sqs:eu-west-1:123456789012:dead",
    "url": FunctionUrl(open=True, cors_origins=["https://example.com"], streaming=True),
    "kms_key_arn": "arn:aws:kms:eu-west-1:123456789012:key/1",
    "log_group_class": "INFREQUENT_ACCESS",
    "runtime": "provided.al2",
    "recursive_loop": "Allow",
    "provisioned_concurrency": 2,
    "operation": Operation(gradual_deployment=True),
}


def test_every_setting_reaches_the_provider() -> None:
    recording = declared(**EVERYTHING)
    (found,) = recording.of_type(FUNCTION)
    expected = {
        "description": "Says hi.",
        "name": "echo",
        "layers": ["arn:aws:lambda:eu-west-1:123456789012:layer:otel:3"],
        "ephemeralStorage": {"size": 2048},
        "vpcConfig": {"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"]},
        "deadLetterConfig": {"targetArn": "arn:aws:sqs:eu-west-1:123456789012:dead"},
        "kmsKeyArn": "arn:aws:kms:eu-west-1:123456789012:key/1",
        "runtime": "provided.al2",
        "tags": {"team": "web"},
    }
    assert {name: found.inputs[name] for name in expected} == expected
    assert found.inputs["fileSystemConfig"]["localMountPath"] == "/mnt/models"
    assert recording.named("echo-logs").inputs["logGroupClass"] == "INFREQUENT_ACCESS"
    assert recording.named("echo-url").inputs["invokeMode"] == "RESPONSE_STREAM"
    assert recording.named("echo-recursion").inputs["recursiveLoop"] == "Allow"
    assert recording.named("echo-provisioned").inputs["provisionedConcurrentExecutions"] == 2
    destinations = recording.named("echo-asynchronous").inputs["destinationConfig"]
    assert destinations["onFailure"] == {"destination": "arn:aws:sqs:eu-west-1:123456789012:failed"}


def test_the_role_has_the_permissions_of_the_settings() -> None:
    allowed = {
        (action, resource)
        for policy in declared(**EVERYTHING).of_type("aws:iam/rolePolicy:RolePolicy")
        for statement in json.loads(policy.inputs["policy"])["Statement"]
        for action in statement["Action"]
        for resource in statement["Resource"]
    }
    assert allowed >= {
        ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-a1b2c3"),
        ("s3:GetObject", "arn:aws:s3:::pictures/*"),
        ("ec2:CreateNetworkInterface", "*"),
        ("elasticfilesystem:ClientMount", "arn:aws:elasticfilesystem:eu-west-1:123456789012:access-point/fsap-1"),
        ("sqs:SendMessage", "arn:aws:sqs:eu-west-1:123456789012:failed"),
        ("sns:Publish", "arn:aws:sns:eu-west-1:123456789012:done"),
        ("sqs:SendMessage", "arn:aws:sqs:eu-west-1:123456789012:dead"),
    }


def test_statements_may_contain_outputs() -> None:
    def declare() -> None:
        bucket = aws.s3.Bucket("pictures")
        condition: Mapping[str, Mapping[str, Any]] = {
            "StringEquals": {"aws:ResourceAccount": [bucket.bucket], "s3:prefix": bucket.bucket}
        }
        resources: list[pulumi.Input[str]] = [
            bucket.arn,
            bucket.arn.apply(lambda arn: f"{arn}/*"),
            "arn:aws:s3:::plain",
        ]
        statements = [Statement(actions=["s3:GetObject"], resources=resources, condition=condition)]
        RustFunction("echo", RustFunctionArgs(artifact=artifact("echo"), statements=statements))

    recording = record(declare)
    (statement,) = json.loads(recording.named("echo-may-also").inputs["policy"])["Statement"]
    assert statement["Resource"] == ["arn:aws:test:::pictures", "arn:aws:test:::pictures/*", "arn:aws:s3:::plain"]
    assert statement["Condition"] == {"StringEquals": {"aws:ResourceAccount": ["pictures"], "s3:prefix": "pictures"}}
    assert recording.named("pictures").urn in recording.named("echo-may-also").depends_on


def test_statements_without_outputs_are_known_in_a_preview() -> None:
    def declare() -> None:
        args = RustFunctionArgs(artifact=artifact("echo"), statements=EVERYTHING["statements"])
        RustFunction("echo", args)

    recording = record(declare, preview=True)
    assert isinstance(recording.named("echo-may-also").inputs["policy"], str)


def test_the_rules_of_the_policy_pack_hold_with_every_setting() -> None:
    broken = [
        (resource.name, problem)
        for resource in declared(**EVERYTHING).resources
        for _, problem in violations(resource.typ, resource.name, resource.inputs)
        if resource.name != "echo-may-also"
    ]
    assert broken == []


def test_only_a_public_url_has_public_permissions() -> None:
    permissions = "aws:lambda/permission:Permission"
    assert len(declared(url=FunctionUrl(open=True)).of_type(permissions)) == 2
    signed = declared(url=FunctionUrl())
    assert signed.of_type(permissions) == []
    assert signed.named("echo-url").inputs["authorizationType"] == "AWS_IAM"


@pytest.mark.parametrize("name", sorted(provider_inputs(aws.lambda_.Function)))
def test_every_input_of_the_provider_can_be_set(name: str) -> None:
    (function,) = declared(customize={"function": {name: "mine"}}).of_type(FUNCTION)
    assert "mine" in function.inputs.values()


def test_an_unknown_input_is_refused_by_name() -> None:
    with pytest.raises(
        pulumi.RunError, match="has 'memory', which is not an input of Function: use one of architectures"
    ):
        declared(customize={"function": {"memory": 1}})


def test_customizing_an_unknown_resource_is_refused() -> None:
    with pytest.raises(pulumi.RunError, match="echo: customize has 'url', which is not a resource of this component"):
        declared(customize={"url": {"invoke_mode": "BUFFERED"}})


def test_an_arn_of_an_unsupported_service_is_refused() -> None:
    with pytest.raises(
        pulumi.RunError, match="arn:aws:s3:::failed is not supported: use an ARN of one of events, lambda, sns, sqs"
    ):
        declared(asynchronous=AsyncInvocation(on_failure="arn:aws:s3:::failed"))


def test_provisioned_concurrency_requires_an_alias() -> None:
    with pytest.raises(pulumi.RunError, match="set gradual_deployment of its Operation"):
        declared(provisioned_concurrency=1)
