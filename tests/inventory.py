"""Lists all resources in an emulator."""

from components.local.resources.kind import Context

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
"""How to list each service's resources: call, arguments, response field, and name."""


def inventory(context: Context) -> set[tuple[str, str]]:
    """Return the names of all resources in the emulator."""
    found = set()
    for service, (call, arguments, field, name) in SERVICES.items():
        answer = getattr(context.client(service.split()[0]), call)(**arguments)
        found |= {(service, item[name] if name else item) for item in answer.get(field, [])}
    return found
