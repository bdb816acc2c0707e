import json
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml
from pulumi.provider.experimental.analyzer import Analyzer, ComponentDefinition, PropertyType
from pulumi.provider.experimental.component import ComponentProvider
from rules import violations

from components.build.plan import BuildPlan
from components.rust_http_service import RustHttpService, RustHttpServiceArgs
from tests.recording import ROOT, Recording, function_arn, queue_arn, record
from tests.workspaces import write_workspace

TABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/items"
PAGER = "arn:aws:sns:eu-west-1:123456789012:page"
INPUTS: dict[str, Any] = {
    "path": "rust",
    "architecture": "x86_64",
    "functions": {
        "hello": {
            "memoryMib": 256.0,
            "timeoutSeconds": 10.0,
            "environment": {"TABLE_NAME": "items"},
            "files": {"pages/": "functions/hello/templates"},
            "policies": [{"actions": ["dynamodb:GetItem"], "resources": [TABLE]}],
        },
        "alone": {},
    },
    "routes": {"GET /hello": "hello", "$default": "alone"},
    "corsOrigins": ["https://example.com"],
    "schedules": {"nightly": {"function": "alone", "expression": "cron(0 3 * * ? *)", "timeZone": "Europe/Berlin"}},
    "queues": {"orders": {"function": "hello", "batchSize": 5.0}},
    "alarmActions": [PAGER],
}
"""Inputs as the engine sends them: names in camelCase, numbers as floats."""


@pytest.fixture(autouse=True)
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in a program's folder with a workspace in `rust/`."""
    write_workspace(tmp_path / "rust")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)


def constructed(inputs: dict[str, Any], outputs: dict[str, Any] | None = None) -> Recording:
    """Construct the component as the plugin does, and put its outputs into `outputs`."""

    def declare() -> None:
        provider = ComponentProvider([RustHttpService], "rust-serverless", version="0.1.0")
        result = provider.construct("shop", "rust-serverless:index:RustHttpService", inputs)
        pulumi.Output.from_input(result.state).apply((outputs if outputs is not None else {}).update)

    return record(declare)


@pytest.fixture
def recording() -> Recording:
    return constructed(INPUTS)


@pytest.fixture
def definition() -> ComponentDefinition:
    return Analyzer("rust-serverless").analyze([RustHttpService])["component_definitions"]["RustHttpService"]


def test_only_the_project_and_its_functions_are_required(definition: ComponentDefinition) -> None:
    assert set(definition.inputs) == set(INPUTS)
    assert {name for name, found in definition.inputs.items() if not found.optional} == {"path", "functions"}


def test_the_schema_has_the_url_and_maps_of_names(definition: ComponentDefinition) -> None:
    assert definition.outputs["url"].type == PropertyType.STRING
    assert set(definition.outputs) == {"url", "functionNames", "queueUrls", "queueArns"}


def test_every_field_is_documented(definition: ComponentDefinition) -> None:
    types = Analyzer("rust-serverless").analyze([RustHttpService])["type_definitions"]
    fields = [definition.inputs, definition.outputs, *(found.properties for found in types.values())]
    assert [name for found in fields for name, field in found.items() if not field.description] == []


def test_settings_can_hold_outputs_of_other_resources() -> None:
    types = Analyzer("rust-serverless").analyze([RustHttpService])["type_definitions"]
    environment = types["ServiceFunction"].properties["environment"].additional_properties
    resources = types["Permission"].properties["resources"].items
    assert environment is not None
    assert resources is not None
    assert (environment.plain, resources.plain) == (None, None)


def test_the_rules_of_the_policy_pack_hold(recording: Recording) -> None:
    broken = [
        (resource.name, problem)
        for resource in recording.resources
        for _, problem in violations(resource.typ, resource.name, resource.inputs)
    ]
    assert broken == []


def test_names_begin_with_the_name_of_the_service(recording: Recording) -> None:
    assert [resource.name for resource in recording.resources if not resource.name.startswith("shop")] == []


def test_a_function_gets_its_settings(recording: Recording) -> None:
    inputs = recording.named("shop-hello-function").inputs
    assert (inputs["memorySize"], inputs["timeout"], inputs["architectures"]) == (256, 10, ["x86_64"])
    assert inputs["environment"]["variables"]["TABLE_NAME"] == "items"
    assert inputs["s3Key"].startswith("hello/x86_64/")
    assert recording.named("shop-alone-function").inputs["memorySize"] == 128


def test_a_policy_allows_exactly_its_actions(recording: Recording) -> None:
    policy = recording.named("shop-hello-may-also").inputs
    assert policy["role"] == "shop-hello-role"
    assert json.loads(policy["policy"])["Statement"] == [
        {"Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": [TABLE]}
    ]


def test_a_policy_can_refer_to_a_new_resource() -> None:
    def declare() -> None:
        arn = pulumi.Output.from_input(TABLE)
        args: RustHttpServiceArgs = {
            "path": "rust",
            "functions": {"hello": {"policies": [{"actions": ["dynamodb:GetItem"], "resources": [arn]}]}},
        }
        RustHttpService("shop", args)

    assert TABLE in record(declare).named("shop-hello-may-also").inputs["policy"]


def test_routes_reach_their_functions(recording: Recording) -> None:
    routes = {
        route.inputs["routeKey"]: route.inputs["target"] for route in recording.of_type("aws:apigatewayv2/route:Route")
    }
    assert routes["GET /hello"] == "integrations/shop-api-shop-hello-integration-id"
    assert routes["$default"] == "integrations/shop-api-shop-alone-integration-id"
    cors = recording.named("shop-api-http").inputs["corsConfiguration"]
    assert cors["allowOrigins"] == ["https://example.com"]


def test_files_next_to_a_binary_are_in_the_plan(recording: Recording) -> None:
    plan = BuildPlan.from_json(recording.named("shop-rust-build").inputs["environment"]["ARTIFACT_PLAN"])
    assert plan.settings.files == {"hello": {"pages/": "functions/hello/templates"}}


def test_a_schedule_invokes_its_function(recording: Recording) -> None:
    schedule = recording.named("shop-nightly-schedule").inputs
    assert schedule["target"]["arn"] == function_arn("shop-alone-function")
    assert schedule["scheduleExpressionTimezone"] == "Europe/Berlin"


def test_a_queue_hides_messages_for_six_timeouts_of_its_function(recording: Recording) -> None:
    assert recording.named("shop-orders-queue").inputs["visibilityTimeoutSeconds"] == 60
    mapping = recording.named("shop-orders-mapping").inputs
    assert (mapping["functionName"], mapping["batchSize"]) == ("shop-hello-function", 5)


def test_alarms_of_failure_queues_notify(recording: Recording) -> None:
    alarms = recording.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")
    assert {alarm.name for alarm in alarms} == {"shop-alone-failures-alarm", "shop-orders-failures-alarm"}
    assert all(alarm.inputs["alarmActions"] == [PAGER] for alarm in alarms)


def test_the_outputs_are_plain_data() -> None:
    outputs: dict[str, Any] = {}
    constructed(INPUTS, outputs)
    assert outputs == {
        "url": "https://abc.execute-api.eu-west-1.amazonaws.com",
        "functionNames": {"hello": "shop-hello-function", "alone": "shop-alone-function"},
        "queueUrls": {"orders": "https://sqs.eu-west-1.amazonaws.com/123456789012/shop-orders-queue"},
        "queueArns": {"orders": queue_arn("shop-orders-queue")},
    }


def test_without_queues_their_outputs_are_empty_maps() -> None:
    outputs: dict[str, Any] = {}
    constructed({"path": "rust", "functions": {"hello": {}}}, outputs)
    assert (outputs["queueUrls"], outputs["queueArns"]) == ({}, {})


@pytest.mark.parametrize(
    ("section", "value"),
    [
        ("routes", {"GET /x": "nobody"}),
        ("schedules", {"x": {"function": "nobody", "expression": "rate(1 hour)"}}),
        ("queues", {"x": {"function": "nobody"}}),
    ],
)
def test_an_undeclared_function_is_refused_with_its_place(section: str, value: dict[str, Any]) -> None:
    args: Any = {"path": "rust", "functions": {"hello": {}}, section: value}
    with pytest.raises(pulumi.RunError, match=rf"{section}\['.*x'\] names the function 'nobody'.* use one of hello"):
        record(lambda: RustHttpService("shop", args))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"shedules": {}}, "^shop has 'shedules', which is unknown: use one of path, functions, architecture, routes"),
        ({"functions": {"hello": {"memoryMib": 1}}}, r"functions\['hello'\] has 'memoryMib'.*: use one of memory_mib"),
        ({"queues": {"q": {"function": "hello", "size": 1}}}, r"queues\['q'\] has 'size'.*function, batch_size"),
        ({"queues": {"q": {}}}, r"queues\['q'\] has no 'function': add it"),
        ({"schedules": {"s": {"function": "hello", "rate": 1}}}, r"schedules\['s'\] has 'rate'.*function, expression"),
        ({"schedules": {"s": {"function": "hello"}}}, r"schedules\['s'\] has no 'expression': add it"),
        (
            {"functions": {"hello": {"policies": [{"actions": [], "resource": []}]}}},
            r"shop: functions\['hello'\]: policies has 'resource'.*: use one of actions, resources",
        ),
    ],
)
def test_unknown_and_missing_settings_are_named(wrong: dict[str, Any], message: str) -> None:
    args: Any = {"path": "rust", "functions": {"hello": {}}, **wrong}
    with pytest.raises(pulumi.RunError, match=message):
        record(lambda: RustHttpService("shop", args))


@pytest.mark.parametrize("name", ["path", "functions"])
def test_a_missing_argument_is_named(name: str) -> None:
    args: Any = {key: value for key, value in {"path": "rust", "functions": {}}.items() if key != name}
    with pytest.raises(pulumi.RunError, match=f"^shop has no '{name}': add it"):
        record(lambda: RustHttpService("shop", args))


def test_the_yaml_example_declares_its_function_and_routes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "examples/yaml")
    program = yaml.safe_load(Path("Pulumi.yaml").read_text())
    recording = constructed(program["resources"]["service"]["properties"])
    assert recording.named("shop-hello-function").inputs["memorySize"] == 256
    routes = {route.inputs["routeKey"] for route in recording.of_type("aws:apigatewayv2/route:Route")}
    assert routes == {"GET /hello", "HEAD /hello", "$default"}
