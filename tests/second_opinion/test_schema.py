"""The resources of every stack against the AWS provider's own schema and validators."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.account import bootstrap, program
from tests.recording import Recorded
from tests.second_opinion.terraform import Terraform

STACKS = ("local", "dev", "staging", "prod", "pr-12")


@pytest.fixture(scope="module")
def terraform(tmp_path_factory: pytest.TempPathFactory) -> Terraform:
    return Terraform.installed(tmp_path_factory.mktemp("terraform"))


@pytest.mark.parametrize("stack", STACKS)
def test_the_provider_accepts_every_resource(terraform: Terraform, stack: str) -> None:
    resources = program(stack).resources
    assert len([resource for resource in resources if resource.typ.startswith("aws:")]) > 100
    assert terraform.problems(resources) == []


def test_the_provider_accepts_the_bootstrap(terraform: Terraform) -> None:
    recording, _ = bootstrap()
    assert terraform.problems(recording.resources) == []


FAULTS: dict[str, tuple[str, dict[str, Any], str]] = {
    "memory below the minimum": ("lambda/function:Function", {"memorySize": 64}, "memory_size"),
    "timeout above the maximum": ("lambda/function:Function", {"timeout": 1000}, "timeout"),
    "unknown runtime": ("lambda/function:Function", {"runtime": "rust1.95"}, "runtime"),
    "unknown argument": ("lambda/function:Function", {"memory": 128}, '"memory"'),
    "role that is not an ARN": ("lambda/function:Function", {"role": "echo"}, "role"),
    "unknown nested argument": ("lambda/function:Function", {"environment": {"variable": {}}}, '"variable"'),
    "retention that CloudWatch does not offer": ("cloudwatch/logGroup:LogGroup", {"retentionInDays": 31}, "retention"),
    "policy that is not JSON": ("iam/rolePolicy:RolePolicy", {"policy": "{"}, "JSON"),
    "unknown key type": ("dynamodb/table:Table", {"attributes": [{"name": "pk", "type": "X"}]}, "type"),
    "unknown billing mode": ("dynamodb/table:Table", {"billingMode": "FREE"}, "billing_mode"),
    "unknown comparison": (
        "cloudwatch/metricAlarm:MetricAlarm",
        {"comparisonOperator": "Above"},
        "comparison_operator",
    ),
    "missing number of periods": (
        "cloudwatch/metricAlarm:MetricAlarm",
        {"evaluationPeriods": None},
        "evaluation_periods",
    ),
    "delay above the maximum": ("sqs/queue:Queue", {"delaySeconds": 901}, "delay_seconds"),
    "unknown protocol": ("apigatewayv2/api:Api", {"protocolType": "GRPC"}, "protocol_type"),
    "unknown integration": ("apigatewayv2/integration:Integration", {"integrationType": "LAMBDA"}, "integration_type"),
    "unknown starting position": (
        "lambda/eventSourceMapping:EventSourceMapping",
        {"startingPosition": "NOW"},
        "starting_position",
    ),
}
"""Type to change, the invalid inputs, and a part of the expected error."""


@pytest.mark.parametrize("fault", FAULTS)
def test_the_provider_rejects_a_planted_fault(terraform: Terraform, fault: str) -> None:
    typ, wrong, named = FAULTS[fault]
    changed, logical = _plant(program("prod").resources, f"aws:{typ}", wrong)
    (problem,) = terraform.problems(changed)
    assert problem.startswith(f"{logical}: ")
    assert named in problem


def _plant(resources: Sequence[Recorded], typ: str, wrong: dict[str, Any]) -> tuple[list[Recorded], str]:
    """Return the resources with invalid inputs in the first one of a type, and its logical name."""
    changed = next(resource for resource in resources if resource.typ == typ)
    inputs = {key: value for key, value in {**changed.inputs, **wrong}.items() if value is not None}
    return [replace(one, inputs=inputs) if one is changed else one for one in resources], changed.name
