import json
from typing import Any

from components.dashboard import Dashboard, DashboardArgs, ResourceNames, dashboard_body
from components.http_api import HttpApi, HttpApiArgs
from tests.artifacts import function
from tests.recording import record

NAMES = ResourceNames(
    api="abc",
    functions={"echo": "echo-1", "counts": "counts-1"},
    streams={"counts": "counts-1"},
    tables={"views": "views-1"},
    queues={"counts": "failures-1"},
    log_groups=["echo-logs-1", "counts-logs-1"],
)


def widgets(names: ResourceNames = NAMES) -> dict[str, dict[str, Any]]:
    """Return the widgets of a page by their titles."""
    page = json.loads(dashboard_body("eu-west-1", names))
    return {widget["properties"]["title"]: widget for widget in page["widgets"]}


def test_each_graph_shows_every_function_by_its_logical_name() -> None:
    metrics = widgets()["Function errors"]["properties"]["metrics"]
    assert metrics == [
        ["AWS/Lambda", "Errors", "FunctionName", "echo-1", {"stat": "Sum", "label": "echo"}],
        ["AWS/Lambda", "Errors", "FunctionName", "counts-1", {"stat": "Sum", "label": "counts"}],
    ]


def test_the_dashboard_has_the_urgent_graphs() -> None:
    assert {"Requests", "Latency (ms)", "Function errors", "Behind the stream (ms)"} <= set(widgets())
    assert "SOURCE 'echo-logs-1' | SOURCE 'counts-logs-1' | " in widgets()["Errors"]["properties"]["query"]


def test_widgets_do_not_overlap_and_stay_in_the_grid() -> None:
    places = [(widget["x"], widget["y"]) for widget in widgets().values()]
    assert len(places) == len(set(places))
    assert all(widget["x"] + widget["width"] <= 24 for widget in widgets().values())


def test_an_empty_graph_is_omitted() -> None:
    bare = ResourceNames(api="abc", functions={}, streams={}, tables={}, queues={}, log_groups=[])
    assert "Queues that should be empty" not in widgets(bare)


def test_the_dashboard_uses_physical_names() -> None:
    def declare() -> None:
        echo = function("echo")
        args = DashboardArgs(
            title="rust-serverless-dev",
            region="eu-west-1",
            api=HttpApi("api", HttpApiArgs()),
            functions=[echo],
            stream_functions=[],
            tables={"views": "views-1"},
            queues={},
        )
        Dashboard("dashboard", args)

    page = record(declare).named("dashboard-page").inputs
    assert page["dashboardName"] == "rust-serverless-dev"
    assert "echo-function" in page["dashboardBody"]
    assert "echo-logs" in page["dashboardBody"]


def test_a_saved_query_follows_a_request_through_gateway_and_functions() -> None:
    def declare() -> None:
        api = HttpApi("api", HttpApiArgs())
        args = DashboardArgs(
            title="rust-serverless-dev",
            region="eu-west-1",
            api=api,
            functions=[function("echo"), function("counts")],
            stream_functions=[],
            tables={},
            queues={},
        )
        Dashboard("page", args)

    query = record(declare).named("page-one-request").inputs
    assert query["logGroupNames"] == ["echo-logs", "counts-logs", "api-access-logs"]
    assert "@message like 'REQUEST_ID'" in query["queryString"]
