"""An alarm on a metric, with what all alarms have in common."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from .function import Invokable


@dataclass(frozen=True, kw_only=True)
class OnCall:
    """Who is told of alarms, and where they read what to do."""

    actions: Sequence[pulumi.Input[str]] = ()
    """ARNs that an alarm calls when it is raised and when it is over, such as that of an SNS topic."""
    runbook: str | None = None
    """Address of a page, named in each alarm's description with the section about it."""


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A metric in CloudWatch, and how its values of a period become one."""

    namespace: pulumi.Input[str]
    name: str
    dimensions: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    statistic: str
    """`Sum`, `Maximum`, or a percentile such as `p99`."""


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """When it is too much."""

    above: float
    """The alarm is raised when the metric is over this, in the metric's own unit."""
    period_seconds: int = 60
    periods: int = 1
    """Periods in a row that it must be over."""


def counted_metric(function: Invokable, name: str) -> Metric:
    """Return a metric that a function counts with the crate `powertools`, in embedded metric format in its log."""
    return Metric(
        namespace=function.name, name=name, dimensions={"function_name": function.function_name}, statistic="Sum"
    )


def logged_metric(  # noqa: PLR0913 (each says one thing of the metric)
    filter_name: str,
    *,
    log_group_name: pulumi.Input[str],
    namespace: pulumi.Input[str],
    name: str,
    pattern: str,
    value: str = "1",
    parent: pulumi.Resource,
) -> Metric:
    """Declare a metric of the lines in a log group that match a pattern: their number, or the sum of one field."""
    aws.cloudwatch.LogMetricFilter(
        filter_name,
        log_group_name=log_group_name,
        pattern=pattern,
        metric_transformation={
            "name": name,
            "namespace": namespace,
            "value": value,
            "default_value": "0",
            "unit": "Count",
        },
        opts=pulumi.ResourceOptions(parent=parent),
    )
    return Metric(namespace=namespace, name=name, statistic="Sum")


def metric_alarm(  # noqa: PLR0913 (each says one thing of the alarm, and none has a default)
    name: str,
    *,
    section: str,
    meaning: str,
    metric: Metric,
    threshold: Threshold,
    on_call: OnCall,
    parent: pulumi.Resource,
) -> aws.cloudwatch.MetricAlarm:
    """Declare an alarm whose description names the section of the runbook that says what to do, where there is one.

    No data is no alarm: a metric of errors has data only when something happens.
    """
    is_percentile = metric.statistic.startswith("p")
    return aws.cloudwatch.MetricAlarm(
        name,
        alarm_description=f"{meaning} What to do: {on_call.runbook}#{section}" if on_call.runbook else meaning,
        namespace=metric.namespace,
        metric_name=metric.name,
        dimensions=dict(metric.dimensions),
        statistic=None if is_percentile else metric.statistic,
        extended_statistic=metric.statistic if is_percentile else None,
        period=threshold.period_seconds,
        evaluation_periods=threshold.periods,
        threshold=threshold.above,
        comparison_operator="GreaterThanThreshold",
        treat_missing_data="notBreaching",
        alarm_actions=list(on_call.actions),
        ok_actions=list(on_call.actions),
        opts=pulumi.ResourceOptions(parent=parent),
    )
