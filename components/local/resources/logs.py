"""CloudWatch log groups, and metrics made of their lines."""

from .kind import ACCOUNT, Context, Kind, Made, Properties, by_id, physical_name


def _create(context: Context, name: str, inputs: Properties) -> Made:
    group = inputs.get("name") or inputs.get("namePrefix", "") + physical_name(name)
    context.client("logs").create_log_group(logGroupName=group)
    return _update(context, Made(id=group, outputs=_outputs(context, group)), inputs)


def _update(context: Context, made: Made, inputs: Properties) -> Made:
    context.client("logs").put_retention_policy(logGroupName=made.id, retentionInDays=int(inputs["retentionInDays"]))
    return made


def _outputs(context: Context, group: str) -> Properties:
    return {"name": group, "arn": f"arn:aws:logs:{context.region}:{ACCOUNT}:log-group:{group}"}


def _create_filter(context: Context, name: str, inputs: Properties) -> Made:
    filter_name = physical_name(name)
    made = Made(id=filter_name, outputs={"name": filter_name, "logGroupName": inputs["logGroupName"]})
    return _put_filter(context, made, inputs)


def _put_filter(context: Context, made: Made, inputs: Properties) -> Made:
    metric = inputs["metricTransformation"]
    context.client("logs").put_metric_filter(
        logGroupName=inputs["logGroupName"],
        filterName=made.id,
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
    return made


def _delete_filter(context: Context, made: Made) -> None:
    context.client("logs").delete_metric_filter(logGroupName=made.outputs["logGroupName"], filterName=made.id)


LOG_GROUP = Kind(
    create=_create,
    update=_update,
    replaced_by=("name", "namePrefix"),
    delete=by_id("logs", "delete_log_group", "logGroupName"),
)
LOG_METRIC_FILTER = Kind(
    create=_create_filter, update=_put_filter, delete=_delete_filter, replaced_by=("logGroupName",)
)
# The emulator saves no queries, so this one is remembered and no more; `make logs REQUEST=…` finds the same lines.
QUERY_DEFINITION = Kind(
    create=lambda _, name, __: Made(id=name, outputs={"queryDefinitionId": name, "name": name}),
    update=lambda _, made, __: made,
    delete=lambda *_: None,
)
