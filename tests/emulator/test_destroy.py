"""What a stack made is gone when it is removed: every service that it used is as empty as before."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.emulator import EmulatorHome
from local.provisioner import MEMORY, Memory, Provisioner
from local.resources.kind import Context
from tests.emulator.conftest import Local
from tests.recording import ROOT

SERVICES = {
    "apigatewayv2": ("get_apis", {}, "Items", "ApiId"),
    "cloudwatch": ("describe_alarms", {}, "MetricAlarms", "AlarmName"),
    "cloudwatch dashboards": ("list_dashboards", {}, "DashboardEntries", "DashboardName"),
    "cognito-idp": ("list_user_pools", {"MaxResults": 60}, "UserPools", "Id"),
    "dynamodb": ("list_tables", {}, "TableNames", None),
    "iam": ("list_roles", {}, "Roles", "RoleName"),
    "lambda": ("list_functions", {}, "Functions", "FunctionName"),
    "lambda mappings": ("list_event_source_mappings", {}, "EventSourceMappings", "UUID"),
    "logs": ("describe_log_groups", {}, "logGroups", "logGroupName"),
    "logs filters": ("describe_metric_filters", {}, "metricFilters", "filterName"),
    "s3": ("list_buckets", {}, "Buckets", "Name"),
    "sqs": ("list_queues", {}, "QueueUrls", None),
}
"""How to list what each service holds: the call, its arguments, the field of the answer, and the name in it."""


def inventory(context: Context) -> set[tuple[str, str]]:
    """Return the name of everything in the emulator, but for what it remembers of local runs."""
    found = set()
    for service, (call, arguments, field, name) in SERVICES.items():
        answer = getattr(context.client(service.split()[0]), call)(**arguments)
        found |= {(service, item[name] if name else item) for item in answer.get(field, [])}
    return found - {("s3", MEMORY)}


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Local]:
    """An emulator of this test's own."""
    local = Local(home=tmp_path)
    yield local
    local.run("down")


def test_removing_everything_leaves_the_emulator_as_empty_as_before(alone: Local) -> None:
    alone.run("emulator")
    emulator = EmulatorHome(alone.home).running()
    assert emulator is not None
    context = Context(root=ROOT, region="us-east-1", endpoint=emulator.url, report=lambda _: None)
    before = inventory(context)
    ran = alone.run("up")
    assert ran.returncode == 0, ran.stderr
    made = {service for service, _ in inventory(context) - before}
    assert made == set(SERVICES)
    Provisioner(context, Memory(context)).remove_undeclared()
    assert inventory(context) == before
