"""CloudWatch log groups, metric filters and saved queries."""

from .kind import ACCOUNT, Context, Created, Kind, Properties, physical_name, request, state_only


def _create(context: Context, name: str, inputs: Properties) -> Created:
    group = inputs.get("name") or inputs.get("namePrefix", "") + physical_name(name)
    context.client("logs").create_log_group(logGroupName=group)
    arn = f"arn:aws:logs:{context.region}:{ACCOUNT}:log-group:{group}"
    return _update(context, Created(id=group, outputs={"name": group, "arn": arn}), inputs)


def _update(context: Context, group: Created, inputs: Properties) -> Created:
    context.client("logs").put_retention_policy(logGroupName=group.id, retentionInDays=int(inputs["retentionInDays"]))
    return group


def _create_filter(context: Context, name: str, inputs: Properties) -> Created:
    filter_name = physical_name(name)
    return _put_filter(context, Created(id=filter_name, outputs={"name": filter_name}), inputs)


def _put_filter(context: Context, metric_filter: Created, inputs: Properties) -> Created:
    metric = inputs["metricTransformation"]
    context.client("logs").put_metric_filter(
        logGroupName=inputs["logGroupName"],
        filterName=metric_filter.id,
        filterPattern=inputs["pattern"],
        metricTransformations=[
            {
                "metricName": metric["name"],
                "metricNamespace": metric["namespace"],
                "metricValue": metric["value"],
                "defaultValue": float(metric["defaultValue"]),
                "unit": metric["unit"],
            }
        ],
    )
    return metric_filter


LOG_GROUP = Kind(
    create=_create,
    update=_update,
    replaced_by=("name", "namePrefix"),
    delete=request("logs", "delete_log_group", logGroupName="id"),
)
LOG_METRIC_FILTER = Kind(
    create=_create_filter,
    update=_put_filter,
    delete=request("logs", "delete_metric_filter", logGroupName="logGroupName", filterName="id"),
    replaced_by=("logGroupName",),
)
# The emulator cannot save queries. `make logs REQUEST=…` prints the same lines.
QUERY_DEFINITION = state_only(lambda name, _: {"queryDefinitionId": name, "name": name})
