"""Rules for every resource of the program, with every stack file."""

import json
import re

import pytest
import yaml
from rules import RULES, violations

from tests.recording import ROOT, Recording, queue_arn, record_program

STACKS = sorted(path.name.split(".")[1] for path in ROOT.glob("Pulumi.*.yaml"))


@pytest.fixture(scope="module", params=[(stack, preview) for stack in STACKS for preview in (True, False)], ids=str)
def recording(request: pytest.FixtureRequest) -> Recording:
    stack, preview = request.param
    return record_program(stack, preview=preview)[0]


def test_no_resource_violates_the_policy_pack(recording: Recording) -> None:
    broken = [
        (resource.name, rule, problem)
        for resource in recording.resources
        for rule, problem in violations(resource.typ, resource.name, resource.inputs)
    ]
    assert broken == []


def test_every_rule_applies_to_a_resource(recording: Recording) -> None:
    types = {resource.typ for resource in recording.resources}
    for rule in RULES:
        assert types & set(rule.types), rule.name


def test_every_resource_belongs_to_a_component(recording: Recording) -> None:
    assert recording.resources
    for resource in recording.resources:
        if resource.custom:
            assert "rust-serverless:index:" in resource.parent, f"{resource.name} has no component as its parent"


def test_component_types_have_three_parts(recording: Recording) -> None:
    components = {resource.typ for resource in recording.resources if not resource.custom}
    assert components
    assert all(typ.startswith("rust-serverless:index:") for typ in components)


PROTECTION_SETTING = "deletionProtection"


def test_logical_names_are_unique_prefixed_kebab_case(recording: Recording) -> None:
    seen = set()
    for resource in recording.resources:
        assert (resource.typ, resource.name) not in seen
        seen.add((resource.typ, resource.name))
        words = [word for word in resource.name.split("-") if word != PROTECTION_SETTING]
        assert all(word.isalnum() and word == word.lower() for word in words), resource.name
        if resource.custom:
            assert resource.name.startswith(resource.parent.rsplit("::", 1)[1] + "-"), resource.name


def test_no_metric_depends_on_the_wording_of_a_message(recording: Recording) -> None:
    filters = recording.of_type("aws:cloudwatch/logMetricFilter:LogMetricFilter")
    assert filters
    for found in filters:
        pattern = found.inputs["pattern"]
        # A pattern of words, or of the message, breaks when somebody rewords the message.
        assert re.fullmatch(r"\{ \$\.\w+ = .+ \}", pattern), pattern
        assert "message" not in pattern, pattern


PUBLIC_ROUTES = {
    *("POST /echo", "POST /glitch", "GET /glitch", "POST /glitch/uploads"),
    *("GET /openapi.json", "GET /docs", "GET /docs/{file}"),
    *("POST /analytics/collect", "POST /analytics/append", "GET /analytics/pv.gif", "GET /analytics/a.js"),
    # These check passwords and session tokens themselves.
    *("POST /analytics/sign-in", "POST /analytics/sign-out", "GET /analytics/report", "GET /analytics"),
}


def test_every_route_states_its_authorization_and_only_these_are_public(recording: Recording) -> None:
    routes = recording.of_type("aws:apigatewayv2/route:Route")
    types = {route.inputs["routeKey"]: route.inputs["authorizationType"] for route in routes}
    assert set(types.values()) == {"NONE", "JWT"}
    heads = {route_key.replace("GET ", "HEAD ") for route_key in PUBLIC_ROUTES if route_key.startswith("GET ")}
    assert {route_key for route_key, typ in types.items() if typ == "NONE"} == PUBLIC_ROUTES | heads


def test_every_stream_and_queue_ends_in_an_encrypted_queue_with_an_alarm(recording: Recording) -> None:
    mappings = recording.of_type("aws:lambda/eventSourceMapping:EventSourceMapping")
    queues = {
        queue_arn(queue.name): queue
        for queue in recording.of_type("aws:sqs/queue:Queue")
        if queue.inputs["sqsManagedSseEnabled"]
    }
    alarmed = {
        alarm.inputs["dimensions"]["QueueName"]
        for alarm in recording.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")
        if alarm.inputs["namespace"] == "AWS/SQS"
    }
    assert mappings
    for mapping in mappings:
        destination = mapping.inputs.get("destinationConfig", {}).get("onFailure", {}).get("destinationArn")
        queue = queues[destination or mapping.inputs["eventSourceArn"]]
        while redrive := queue.inputs.get("redrivePolicy"):
            queue = queues[json.loads(redrive)["deadLetterTargetArn"]]
        assert queue.name in alarmed, mapping.name


def test_a_destroy_starts_with_the_protection(recording: Recording) -> None:
    (guard,) = recording.of_type("pulumi:index:Stash")
    resources = {resource.urn: resource for resource in recording.resources if resource.custom}
    reached, waiting = set(), {guard.urn}
    while waiting:
        urn = waiting.pop()
        reached.add(urn)
        waiting |= {needed for needed in resources[urn].depends_on if needed in resources} - reached
    assert reached == resources.keys()
    tables = recording.of_type("aws:dynamodb/table:Table")
    assert guard.protect is any(table.protect for table in tables)
    assert PROTECTION_SETTING in guard.name


def test_only_views_are_streamed(recording: Recording) -> None:
    tables = recording.of_type("aws:dynamodb/table:Table")
    assert {table.name for table in tables if table.inputs["streamEnabled"]} == {"analytics-views-table"}


def test_the_state_table_is_never_backed_up(recording: Recording) -> None:
    state = recording.named("analytics-state-table").inputs
    assert state["pointInTimeRecovery"] == {"enabled": False}
    assert state["ttl"] == {"enabled": True, "attributeName": "Expires"}


def test_pages_of_the_sites_may_call_the_api(recording: Recording) -> None:
    (function,) = [f for f in recording.of_type("aws:lambda/function:Function") if f.name == "analytics-api-function"]
    sites = json.loads(function.inputs["environment"]["variables"]["ANALYTICS_SITES"])
    (api,) = recording.of_type("aws:apigatewayv2/api:Api")
    cors = api.inputs.get("corsConfiguration", {"allowOrigins": []})
    assert set(cors["allowOrigins"]) >= set(sites)


def test_every_api_has_a_stage(recording: Recording) -> None:
    stages = recording.of_type("aws:apigatewayv2/stage:Stage")
    assert len(stages) == len(recording.of_type("aws:apigatewayv2/api:Api"))


def test_every_function_logs_to_a_group_of_the_program(recording: Recording) -> None:
    groups = {group.name for group in recording.of_type("aws:cloudwatch/logGroup:LogGroup")}
    for function in recording.of_type("aws:lambda/function:Function"):
        assert function.inputs["loggingConfig"]["logGroup"] in groups


def test_physical_names_are_left_to_auto_naming(recording: Recording) -> None:
    """Two stacks in one account, and a resource and its replacement, need different names."""
    for resource in recording.resources:
        if resource.typ not in ("aws:apigatewayv2/stage:Stage", "aws:lambda/alias:Alias"):
            assert "name" not in resource.inputs, resource.name


def test_nothing_depends_on_the_machine(recording: Recording) -> None:
    for resource in recording.resources:
        assert str(ROOT) not in str(resource.inputs), resource.name


@pytest.mark.parametrize("stack", STACKS)
def test_the_outputs_name_the_url_first_and_every_function(stack: str) -> None:
    _, outputs = record_program(stack)
    assert next(iter(outputs)) == "apiUrl"
    assert set(outputs["functions"]) == set(outputs["logGroups"]) >= set(outputs["routes"].values())
    assert "secret" not in json.dumps(outputs).lower()


def headings(page: str) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    lines = re.findall(r"^#+ (.+)$", (ROOT / page).read_text(), re.MULTILINE)
    return {line.lower().replace(" ", "-") for line in lines}


def test_every_alarm_names_a_section_of_the_runbook_that_exists(recording: Recording) -> None:
    alarms = recording.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")
    assert alarms
    for alarm in alarms:
        page, section = alarm.inputs["alarmDescription"].rsplit(" ", 1)[1].split("#")
        assert section in headings(page), alarm.name


def test_every_function_has_its_alarms(recording: Recording) -> None:
    watched = {
        (alarm.inputs["metricName"], alarm.inputs["dimensions"].get("FunctionName"))
        for alarm in recording.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")
    }
    for function in recording.of_type("aws:lambda/function:Function"):
        assert {(metric, function.name) for metric in ("Errors", "Throttles", "Duration")} <= watched


def test_every_table_has_throttle_alarms(recording: Recording) -> None:
    watched = {
        (alarm.inputs["metricName"], alarm.inputs["dimensions"].get("TableName"))
        for alarm in recording.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")
    }
    for table in recording.of_type("aws:dynamodb/table:Table"):
        assert {(metric, table.name) for metric in ("ReadThrottleEvents", "WriteThrottleEvents")} <= watched, table.name


@pytest.mark.parametrize("stack", sorted(set(STACKS) - {"local"}))
def test_everything_in_a_cloud_stack_is_tagged_with_it(stack: str) -> None:
    config = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())["config"]
    assert config["aws:defaultTags"]["tags"] == {"project": "rust-serverless", "stack": stack}


PROVIDER_NAMES = {"cognito": "cognitoidp", "cloudwatch": "cloudwatch cloudwatchlogs"}
"""The provider's service names of a Pulumi module, if they differ from the module's name."""


def test_the_local_stack_has_an_endpoint_for_every_service() -> None:
    everything = {
        "rust-serverless:alarmEmail": "on-call@example.com",
        "rust-serverless:domainName": "api.example.com",
        "rust-serverless:hostedZoneId": "Z123",
        "rust-serverless:tracing": "true",
    }
    recording, _ = record_program("local", config=everything)
    modules = {resource.typ.split(":")[1].split("/")[0] for resource in recording.resources if "aws:" in resource.typ}
    services = {service for module in modules for service in PROVIDER_NAMES.get(module, module).split()}
    (endpoints,) = yaml.safe_load((ROOT / "Pulumi.local.yaml").read_text())["config"]["aws:endpoints"]
    assert services <= endpoints.keys()
    assert set(endpoints.values()) == {"http://127.0.0.1:4566"}
