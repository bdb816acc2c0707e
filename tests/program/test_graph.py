"""Each rule holds for every resource of the program, with every stack file."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.recording import ROOT, Recording, record_program

STACKS = sorted(path.name.split(".")[1] for path in ROOT.glob("Pulumi.*.yaml"))

ALLOWED_STARS = {
    "-artifacts-tls-only": "it denies: whatever the action, without TLS it is refused",
    "-writes-logs": "Lambda names a log stream for each environment, so only the group is known",
}
"""How names of policies with a `*` in an action or resource end, and why."""


@pytest.fixture(scope="module", params=STACKS)
def recording(request: pytest.FixtureRequest) -> Recording:
    return record_program(request.param)[0]


def policies(recording: Recording) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each policy document with the logical name of its resource."""
    for resource in recording.resources:
        for key in ("policy", "assumeRolePolicy"):
            if key in resource.inputs:
                yield resource.name, json.loads(resource.inputs[key])


def test_every_resource_belongs_to_a_component(recording: Recording) -> None:
    assert recording.resources
    for resource in recording.resources:
        if resource.custom:
            assert "rust-serverless:index:" in resource.parent, f"{resource.name} hangs on the stack"


def test_component_types_have_three_parts_as_pulumi_wants_them(recording: Recording) -> None:
    components = {resource.typ for resource in recording.resources if not resource.custom}
    assert components
    assert all(typ.startswith("rust-serverless:index:") for typ in components)


def test_logical_names_are_kebab_case_start_with_their_component_and_are_unique(recording: Recording) -> None:
    seen = set()
    for resource in recording.resources:
        assert (resource.typ, resource.name) not in seen
        seen.add((resource.typ, resource.name))
        assert all(word.isalnum() and word == word.lower() for word in resource.name.split("-")), resource.name
        if resource.custom:
            assert resource.name.startswith(resource.parent.rsplit("::", 1)[1] + "-"), resource.name


def test_policies_name_actions_and_resources_exactly(recording: Recording) -> None:
    for name, document in policies(recording):
        for statement in document["Statement"]:
            stars = "*" in json.dumps([statement["Action"], statement.get("Resource")])
            assert not stars or name.endswith(tuple(ALLOWED_STARS)), f"{name} has a star in {statement}"


def test_every_lambda_permission_names_its_source(recording: Recording) -> None:
    permissions = recording.of_type("aws:lambda/permission:Permission")
    assert permissions
    for permission in permissions:
        assert permission.inputs["sourceArn"].startswith("arn:aws:execute-api:"), permission.name


OPEN_ROUTES = {"POST /echo", "POST /glitch", "GET /openapi.json", "GET /docs", "GET /docs/{file}"}


def test_every_route_states_its_authorization_and_only_these_are_open(recording: Recording) -> None:
    routes = recording.of_type("aws:apigatewayv2/route:Route")
    types = {route.inputs["routeKey"]: route.inputs["authorizationType"] for route in routes}
    assert set(types.values()) == {"NONE", "JWT"}
    assert {route_key for route_key, typ in types.items() if typ == "NONE"} == OPEN_ROUTES


def test_every_guarded_route_requires_a_scope_so_that_id_tokens_do_not_pass(recording: Recording) -> None:
    for route in recording.of_type("aws:apigatewayv2/route:Route"):
        if route.inputs["authorizationType"] == "JWT":
            assert route.inputs["authorizationScopes"], route.name


def test_every_table_says_whether_it_is_recoverable_and_protected(recording: Recording) -> None:
    tables = recording.of_type("aws:dynamodb/table:Table")
    assert tables
    for table in tables:
        assert table.inputs["pointInTimeRecovery"]["enabled"] in (True, False), table.name
        assert table.inputs["deletionProtectionEnabled"] in (True, False), table.name


def test_no_environment_variable_is_a_secret(recording: Recording) -> None:
    for function in recording.of_type("aws:lambda/function:Function"):
        for name in function.inputs["environment"]["variables"]:
            assert not {"SECRET", "PASSWORD", "KEY"} & set(name.split("_")), f"{function.name} has {name}"


def test_every_route_is_throttled(recording: Recording) -> None:
    routes = {route.inputs["routeKey"] for route in recording.of_type("aws:apigatewayv2/route:Route")}
    settings = [
        setting
        for stage in recording.of_type("aws:apigatewayv2/stage:Stage")
        for setting in stage.inputs["routeSettings"]
    ]
    assert {setting["routeKey"] for setting in settings} == routes
    assert all(setting["throttlingRateLimit"] > 0 and setting["throttlingBurstLimit"] > 0 for setting in settings)


def test_every_api_has_a_stage_that_logs_accesses(recording: Recording) -> None:
    stages = recording.of_type("aws:apigatewayv2/stage:Stage")
    assert len(stages) == len(recording.of_type("aws:apigatewayv2/api:Api"))
    assert all(stage.inputs["accessLogSettings"]["destinationArn"] for stage in stages)


def test_every_log_group_is_kept_for_a_while_and_no_longer(recording: Recording) -> None:
    groups = recording.of_type("aws:cloudwatch/logGroup:LogGroup")
    assert groups
    assert all(group.inputs["retentionInDays"] >= 1 for group in groups)


def test_every_function_logs_to_a_group_of_the_program(recording: Recording) -> None:
    groups = {group.name for group in recording.of_type("aws:cloudwatch/logGroup:LogGroup")}
    for function in recording.of_type("aws:lambda/function:Function"):
        assert function.inputs["loggingConfig"]["logGroup"] in groups


def test_physical_names_are_left_to_auto_naming(recording: Recording) -> None:
    """Two stacks in one account, and a replacement before its deletion, need names of their own."""
    for resource in recording.resources:
        if resource.typ != "aws:apigatewayv2/stage:Stage":
            assert "name" not in resource.inputs, resource.name


def test_nothing_depends_on_the_machine(recording: Recording) -> None:
    for resource in recording.resources:
        assert str(ROOT) not in json.dumps(resource.inputs), resource.name


@pytest.mark.parametrize("stack", STACKS)
def test_the_outputs_name_the_url_first_and_every_function(stack: str) -> None:
    _, outputs = record_program(stack)
    assert next(iter(outputs)) == "apiUrl"
    assert set(outputs["functions"]) == set(outputs["logGroups"]) == set(outputs["routes"].values())
    assert "secret" not in json.dumps(outputs).lower()
