"""CloudWatch alarms and dashboards."""

from typing import Any

from .kind import ACCOUNT, Context, Created, Kind, Properties, chosen, physical_name, put_kind


def _create(context: Context, name: str, inputs: Properties) -> Created:
    alarm = physical_name(name, inputs)
    arn = f"arn:aws:cloudwatch:{context.region}:{ACCOUNT}:alarm:{alarm}"
    return _put(context, Created(id=alarm, outputs={"name": alarm, "arn": arn}), inputs)


def _put(context: Context, alarm: Created, inputs: Properties) -> Created:
    context.client("cloudwatch").put_metric_alarm(AlarmName=alarm.id, **_alarm(inputs))
    return alarm


def _alarm(inputs: Properties) -> dict[str, Any]:
    return {
        **chosen(
            inputs,
            *("alarmDescription", "namespace", "metricName", "statistic", "extendedStatistic"),
            *("comparisonOperator", "treatMissingData", "alarmActions", "actionsEnabled", "unit"),
            *("period", "evaluationPeriods", "datapointsToAlarm", "threshold"),
        ),
        "OKActions": inputs.get("okActions") or [],
        "Dimensions": [{"Name": name, "Value": value} for name, value in (inputs.get("dimensions") or {}).items()],
    }


METRIC_ALARM = Kind(
    create=_create,
    update=_put,
    delete=lambda context, alarm: context.client("cloudwatch").delete_alarms(AlarmNames=[alarm.id]),
    replaced_by=("name",),
)
DASHBOARD = put_kind(
    lambda context, inputs: context.client("cloudwatch").put_dashboard(
        **chosen(inputs, "dashboardName", "dashboardBody")
    ),
    lambda context, dashboard: context.client("cloudwatch").delete_dashboards(DashboardNames=[dashboard.id]),
    identified_by="dashboardName",
)
