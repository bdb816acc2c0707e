"""CloudWatch alarms and dashboards."""

from typing import Any

from .kind import ACCOUNT, Context, Kind, Made, Properties, chosen, physical_name, put_kind


def _create(context: Context, name: str, inputs: Properties) -> Made:
    alarm = physical_name(name)
    arn = f"arn:aws:cloudwatch:{context.region}:{ACCOUNT}:alarm:{alarm}"
    return _put(context, Made(id=alarm, outputs={"name": alarm, "arn": arn}), inputs)


def _put(context: Context, made: Made, inputs: Properties) -> Made:
    context.client("cloudwatch").put_metric_alarm(AlarmName=made.id, **_alarm(inputs))
    return made


def _alarm(inputs: Properties) -> dict[str, Any]:
    return {
        **chosen(
            inputs,
            *("alarmDescription", "namespace", "metricName", "statistic", "extendedStatistic"),
            *("comparisonOperator", "treatMissingData", "alarmActions"),
        ),
        "OKActions": inputs.get("okActions", []),
        "Dimensions": [{"Name": name, "Value": value} for name, value in inputs.get("dimensions", {}).items()],
        "Period": int(inputs["period"]),
        "EvaluationPeriods": int(inputs["evaluationPeriods"]),
        "Threshold": float(inputs["threshold"]),
    }


def _put_dashboard(context: Context, inputs: Properties) -> Made:
    context.client("cloudwatch").put_dashboard(
        DashboardName=inputs["dashboardName"], DashboardBody=inputs["dashboardBody"]
    )
    return Made(id=inputs["dashboardName"], outputs={})


METRIC_ALARM = Kind(
    create=_create,
    update=_put,
    delete=lambda context, made: context.client("cloudwatch").delete_alarms(AlarmNames=[made.id]),
)
DASHBOARD = put_kind(
    _put_dashboard,
    lambda context, made: context.client("cloudwatch").delete_dashboards(DashboardNames=[made.id]),
    replaced_by=("dashboardName",),
)
