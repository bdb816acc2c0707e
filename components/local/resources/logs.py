"""CloudWatch log groups, metric filters and saved queries."""

from .kind import ACCOUNT, Context, Created, Kind, Properties, physical_name, request, state_only


def _create(context: Context, name: str, inputs: Properties) -> Created:
    group = physical_name(name, inputs)
    context.client("logs").create_log_group(logGroupName=group)
    arn = f"arn:aws:logs:{context.region}:{ACCOUNT}:log-group:{group}"
    return _update(context, Created(id=group, outputs={"name": group, "arn": arn}), inputs)


def _update(context: Context, group: Created, inputs: Properties) -> Created:
    logs = context.client("logs")
    if inputs.get("retentionInDays"):
        logs.put_retention_policy(logGroupName=group.id, retentionInDays=int(inputs["retentionInDays"]))
    else:
        logs.delete_retention_policy(logGroupName=group.id)
    return group


def _create_filter(context: Context, name: str, inputs: Properties) -> Created:
    filter_name = physical_name(name, inputs)
    return _put_filter(context, Created(id=filter_name, outputs={"name": filter_name}), inputs)


def _put_filter(context: Context, metric_filter: Created, inputs: Properties) -> Created:
    metric = inputs["metricTransformation"]
    default = metric.get("defaultValue")
    context.client("logs").put_metric_filter(
        logGroupName=inputs["logGroupName"],
        filterName=metric_filter.id,
        filterPattern=inputs["pattern"],
        metricTransformations=[
            {
                "metricName": metric["name"],
                "metricNamespace": metric["namespace"],
                "metricValue": metric["value"],
                **({} if default is None else {"defaultValue": float(default)}),
                **{name: metric[name] for name in ("dimensions", "unit") if metric.get(name)},
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
    replaced_by=("logGroupName", "name"),
)
# The emulator cannot save queries. `make logs REQUEST=…` prints the same lines.
QUERY_DEFINITION = state_only(lambda name, inputs: {"queryDefinitionId": name, "name": inputs.get("name") or name})
