import json
from collections.abc import Mapping
from typing import Any

import pulumi
import pytest
from pulumi_command.local import Command

from components.rust_function import Operation, RustFunction, RustFunctionArgs
from tests.artifacts import artifact
from tests.recording import Recording, record

FUNCTION = "aws:lambda/function:Function"


def declared(**args: Any) -> Recording:
    return record(lambda: RustFunction("echo", RustFunctionArgs(artifact=artifact("echo"), **args)))


def inputs(**args: Any) -> Mapping[str, Any]:
    (function,) = declared(**args).of_type(FUNCTION)
    return function.inputs


def test_it_runs_the_artifact_small_and_on_arm64_unless_told_otherwise() -> None:
    found = inputs()
    assert (found["s3Bucket"], found["s3Key"]) == ("artifacts", "echo/arm64/abc.zip")
    assert (found["runtime"], found["handler"], found["architectures"]) == ("provided.al2023", "bootstrap", ["arm64"])
    assert (found["memorySize"], found["timeout"]) == (128, 3)
    assert found["environment"]["variables"] == {"RUST_LOG": "info", "RUST_BACKTRACE": "1"}


def test_memory_timeout_level_and_environment_can_be_chosen() -> None:
    found = inputs(
        memory_mib=512, timeout_seconds=10, operation=Operation(log_level="debug"), environment={"TABLE": "views"}
    )
    assert (found["memorySize"], found["timeout"]) == (512, 10)
    assert found["environment"]["variables"] == {"RUST_LOG": "debug", "RUST_BACKTRACE": "1", "TABLE": "views"}


def test_logs_go_to_a_group_of_its_own_that_exists_first_and_is_kept_for_a_while() -> None:
    recording = declared(operation=Operation(log_retention_days=90))
    (group,) = recording.of_type("aws:cloudwatch/logGroup:LogGroup")
    (function,) = recording.of_type(FUNCTION)
    assert group.inputs["retentionInDays"] == 90
    assert function.inputs["loggingConfig"]["logGroup"] == group.name
    assert any(urn.endswith("::echo-logs") for urn in function.depends_on)


def test_lambda_does_not_filter_what_the_level_of_the_handler_lets_through() -> None:
    assert inputs()["loggingConfig"]["applicationLogLevel"] == "TRACE"


def test_its_role_may_write_to_its_log_group_and_nothing_else() -> None:
    (policy,) = declared().of_type("aws:iam/rolePolicy:RolePolicy")
    (statement,) = json.loads(policy.inputs["policy"])["Statement"]
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert statement["Resource"] == ["arn:aws:test:::echo-logs:log-stream:*"]


def test_it_waits_for_its_code_and_for_the_permission_to_log() -> None:
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


def test_children_follow_the_component_wherever_the_caller_puts_it() -> None:
    def declare() -> None:
        outer = pulumi.ComponentResource("test:index:Outer", "outer")
        RustFunction("echo", RustFunctionArgs(artifact=artifact("echo")), pulumi.ResourceOptions(parent=outer))

    children = [resource for resource in record(declare).resources if resource.typ.startswith("aws:")]
    assert children
    assert all("test:index:Outer$rust-serverless:index:RustFunction::echo" in child.parent for child in children)


@pytest.mark.parametrize("preview", [True, False])
def test_nothing_of_its_inputs_is_unknown_before_anything_exists(preview: bool) -> None:
    recording = record(lambda: RustFunction("echo", RustFunctionArgs(artifact=artifact("echo"))), preview=preview)
    (function,) = recording.of_type(FUNCTION)
    assert function.inputs["s3Key"] == "echo/arm64/abc.zip"


def test_invocations_are_traced_and_limited_where_the_stack_says_so() -> None:
    recording = declared(operation=Operation(tracing=True, reserved_concurrency=50))
    (function,) = recording.of_type(FUNCTION)
    assert function.inputs["tracingConfig"] == {"mode": "Active"}
    assert function.inputs["reservedConcurrentExecutions"] == 50
    assert any(urn.endswith("::echo-writes-traces") for urn in function.depends_on)
    assert not {"tracingConfig", "reservedConcurrentExecutions"} & set(inputs())
