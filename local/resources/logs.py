"""CloudWatch log groups."""

from local.resources.kind import ACCOUNT, Context, Kind, Made, Properties, physical_name


def _create(context: Context, name: str, inputs: Properties) -> Made:
    group = inputs.get("name") or inputs.get("namePrefix", "") + physical_name(name)
    context.client("logs").create_log_group(logGroupName=group)
    return _update(context, Made(id=group, outputs=_outputs(context, group)), inputs)


def _update(context: Context, made: Made, inputs: Properties) -> Made:
    context.client("logs").put_retention_policy(logGroupName=made.id, retentionInDays=int(inputs["retentionInDays"]))
    return made


def _outputs(context: Context, group: str) -> Properties:
    return {"name": group, "arn": f"arn:aws:logs:{context.region}:{ACCOUNT}:log-group:{group}"}


LOG_GROUP = Kind(
    create=_create,
    update=_update,
    delete=lambda context, made: context.client("logs").delete_log_group(logGroupName=made.id),
)
