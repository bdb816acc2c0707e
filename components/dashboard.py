"""A CloudWatch dashboard of a stack."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from .arguments import Arguments
from .http_api import HttpApi
from .rust_function import RustFunction

WIDTH, HEIGHT = 8, 6
"""Size of a widget; a dashboard is 24 units wide."""
COLUMNS = 3

ERRORS_QUERY = (
    "fields @timestamp, service, message, error, error_type, correlation_id | filter level = 'ERROR' "
    "| sort @timestamp desc"
)
SLOWEST_QUERY = (
    "filter type = 'platform.report' | stats max(record.metrics.durationMs) as slowestMs, "
    "avg(record.metrics.durationMs) as averageMs, max(record.metrics.maxMemoryUsedMB) as memoryMb by @log"
)
COLD_STARTS_QUERY = (
    "filter type = 'platform.initReport' or ispresent(record.metrics.initDurationMs) "
    "| stats count() as coldStarts, max(record.metrics.initDurationMs) as slowestMs by @log, bin(1h)"
)
ONE_REQUEST_QUERY = (
    "fields @timestamp, service, coalesce(message, routeKey) as what, status, "
    "outcome, duration_ms, @log | filter @message like 'REQUEST_ID' | sort @timestamp asc"
)
"""Saved query. With the id of a request or of an invocation in place of REQUEST_ID, it finds the lines of API Gateway,
of the function, and of the functions that it caused to run."""
QUERIES = {"Errors": ERRORS_QUERY, "Slowest invocations": SLOWEST_QUERY, "Cold starts": COLD_STARTS_QUERY}
"""Queries of Logs Insights, https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html."""


@dataclass(frozen=True, kw_only=True)
class DashboardArgs(Arguments):
    """Arguments of `Dashboard`."""

    title: str
    """Name of the dashboard, unique in the account, such as `rust-serverless-dev--dashboard`."""
    region: str
    api: HttpApi
    functions: Sequence[RustFunction]
    stream_functions: Sequence[RustFunction]
    """The functions that a stream invokes."""
    tables: Mapping[str, pulumi.Input[str]]
    queues: Mapping[str, pulumi.Input[str]]
    """Queues that should be empty."""


class Dashboard(pulumi.ComponentResource):
    """Creates a dashboard of the API, functions, tables and queues.

    Below the graphs are Logs Insights queries of the functions' logs, with their results. A saved query follows one
    request through the access log and all functions.
    """

    def __init__(self, name: str, args: DashboardArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the dashboard and the saved query."""
        super().__init__("rust-serverless:index:Dashboard", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        resources = pulumi.Output.all(
            api=args.api.api_id,
            functions={function.name: function.function_name for function in args.functions},
            streams={function.name: function.function_name for function in args.stream_functions},
            tables=dict(args.tables),
            queues=dict(args.queues),
            log_groups=[function.log_group_name for function in args.functions],
        )
        aws.cloudwatch.Dashboard(
            f"{name}-page",
            dashboard_name=args.title,
            dashboard_body=resources.apply(lambda names: dashboard_body(args.region, ResourceNames(**names))),
            opts=child,
        )
        logs = [function.log_group_name for function in args.functions]
        if args.api.access_log_group_name is not None:
            logs.append(args.api.access_log_group_name)
        aws.cloudwatch.QueryDefinition(
            f"{name}-one-request",
            log_group_names=logs,
            query_string=ONE_REQUEST_QUERY,
            opts=child,
        )
        self.url = pulumi.Output.from_input(
            f"https://{args.region}.console.aws.amazon.com/cloudwatch/home?region={args.region}"
            f"#dashboards/dashboard/{args.title}"
        )
        self.register_outputs({"url": self.url})


@dataclass(frozen=True, kw_only=True)
class ResourceNames:
    """Physical names of the resources on a dashboard, by logical name."""

    api: str
    functions: Mapping[str, str]
    streams: Mapping[str, str]
    tables: Mapping[str, str]
    queues: Mapping[str, str]
    log_groups: Sequence[str]


def dashboard_body(region: str, names: ResourceNames) -> str:
    """Return the dashboard body, with the most urgent graphs first.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
    """

    def of_api(metric: str, statistic: str, label: str) -> list[Any]:
        return ["AWS/ApiGateway", metric, "ApiId", names.api, {"stat": statistic, "label": label}]

    def of_each(namespace: str, metric: str, dimension: str, resources: Mapping[str, str], statistic: str) -> list[Any]:
        return [
            [namespace, metric, dimension, physical, {"stat": statistic, "label": label}]
            for label, physical in resources.items()
        ]

    def of_functions(metric: str, statistic: str) -> list[Any]:
        return of_each("AWS/Lambda", metric, "FunctionName", names.functions, statistic)

    graphs = {
        "Requests": [of_api("Count", "Sum", "all"), of_api("4xx", "Sum", "4xx"), of_api("5xx", "Sum", "5xx")],
        "Latency (ms)": [of_api("Latency", statistic, statistic) for statistic in ("p50", "p95", "p99")],
        "Function errors": of_functions("Errors", "Sum"),
        "Queues that should be empty": of_each(
            "AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", names.queues, "Maximum"
        ),
        "Behind the stream (ms)": of_each("AWS/Lambda", "IteratorAge", "FunctionName", names.streams, "Maximum"),
        "Throttled invocations": of_functions("Throttles", "Sum"),
        "Duration, p95 (ms)": of_functions("Duration", "p95"),
        "Invocations": of_functions("Invocations", "Sum"),
        "Concurrency": of_functions("ConcurrentExecutions", "Maximum"),
        "Table writes (units)": of_each("AWS/DynamoDB", "ConsumedWriteCapacityUnits", "TableName", names.tables, "Sum"),
        "Table reads (units)": of_each("AWS/DynamoDB", "ConsumedReadCapacityUnits", "TableName", names.tables, "Sum"),
        "Throttled writes": of_each("AWS/DynamoDB", "WriteThrottleEvents", "TableName", names.tables, "Sum"),
    }
    sources = " | ".join(f"SOURCE '{group}'" for group in names.log_groups)
    contents: list[tuple[str, dict[str, Any]]] = [
        *(("metric", {"title": title, "metrics": found, "period": 60}) for title, found in graphs.items() if found),
        *(("log", {"title": title, "query": f"{sources} | {query}"}) for title, query in QUERIES.items()),
    ]
    widgets = [
        {
            "type": kind,
            "x": WIDTH * (index % COLUMNS),
            "y": HEIGHT * (index // COLUMNS),
            "width": WIDTH,
            "height": HEIGHT,
            "properties": {"region": region, "view": "timeSeries" if kind == "metric" else "table", **properties},
        }
        for index, (kind, properties) in enumerate(contents)
    ]
    return json.dumps({"widgets": widgets})
