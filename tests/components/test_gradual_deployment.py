import json

import pulumi
import pytest

from components.gradual_deployment import GradualDeployment, GradualDeploymentArgs
from components.http_api import HttpApi, HttpApiArgs
from components.rust_function import Operation, RustFunction, RustFunctionArgs
from components.stream_trigger import StreamTrigger, StreamTriggerArgs
from components.table import Table, TableArgs
from tests.account import program
from tests.artifacts import artifact
from tests.recording import Recording, record

FUNCTION = "aws:lambda/function:Function"


def function(*, gradual: bool) -> RustFunction:
    operation = Operation(gradual_deployment=gradual)
    return RustFunction("counts", RustFunctionArgs(artifact=artifact("counts"), operation=operation))


def declared(*, gradual: bool = True) -> Recording:
    def declare() -> None:
        counts = function(gradual=gradual)
        api = HttpApi("api", HttpApiArgs())
        api.route("POST /counts", counts)
        keys = TableArgs(
            partition_key="pk", stream_view_type="NEW_IMAGE", point_in_time_recovery=False, deletion_protection=False
        )
        StreamTrigger("counts", StreamTriggerArgs(table=Table("views", keys), function=counts))
        if gradual:
            GradualDeployment(
                "counts-deployment",
                GradualDeploymentArgs(function=counts, alarms=["errors", "5xx"], region="eu-west-1"),
            )

    return record(declare)


def test_each_change_is_a_version_that_previews_ignore() -> None:
    recording = declared()
    assert recording.named("counts-function").inputs["publish"] is True
    alias = recording.named("counts-live")
    assert (alias.inputs["name"], alias.inputs["functionName"]) == ("live", "counts-function")
    assert set(alias.ignored) == {"functionVersion", "routingConfig"}, "a deployment shifts them"


def test_routes_and_triggers_invoke_the_alias() -> None:
    recording = declared()
    permission = recording.of_type("aws:lambda/permission:Permission")[0].inputs
    assert (permission["function"], permission["qualifier"]) == ("counts-function", "live")
    alias = "counts-live"
    assert alias in recording.named("api-counts-integration").inputs["integrationUri"]
    assert alias in recording.named("counts-mapping").inputs["functionName"]


def test_without_gradual_deployment_there_is_no_version_or_alias() -> None:
    recording = declared(gradual=False)
    assert recording.of_type("aws:lambda/alias:Alias") == []
    assert "publish" not in recording.named("counts-function").inputs
    assert "qualifier" not in recording.of_type("aws:lambda/permission:Permission")[0].inputs
    assert recording.named("counts-mapping").inputs["functionName"] == "counts-function"


def test_the_command_runs_for_each_new_version() -> None:
    command = declared().named("counts-deployment-shift").inputs
    assert command["create"].endswith(" -m components.supervisor components.version_shift")
    environment = command["environment"]
    assert (environment["FUNCTION"], environment["ALIAS"]) == ("counts-function", "live")
    assert json.loads(environment["ALARMS"]) == ["errors", "5xx"]
    assert environment["VERSION"] == "1"
    assert not {"triggers", "delete"} & command.keys(), "a change is an update in place"


def test_a_function_without_versions_cannot_be_deployed_gradually() -> None:
    def declare() -> None:
        GradualDeployment("counts-deployment", GradualDeploymentArgs(function=function(gradual=False)))

    with pytest.raises(pulumi.RunError, match="counts publishes no versions: set gradual_deployment"):
        record(declare)


@pytest.mark.parametrize(("stack", "gradual"), [("dev", False), ("staging", False), ("prod", True)])
def test_prod_deploys_gradually(stack: str, gradual: bool) -> None:
    recording = program(stack)
    functions, aliases = recording.of_type(FUNCTION), recording.of_type("aws:lambda/alias:Alias")
    assert len(aliases) == (len(functions) if gradual else 0)
    names = {alarm.name for alarm in recording.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")}
    for command in recording.of_type("command:local:Command"):
        if command.name.endswith("-shift"):
            watched = {
                name.split("--")[1].rsplit("-", 1)[0] for name in json.loads(command.inputs["environment"]["ALARMS"])
            }
            assert watched <= names
            assert "alarms-api-5xx" in watched
            assert any(name.endswith("-errors") for name in watched)
