"""A CloudWatch alarm on a metric."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws

from .arguments import Arguments
from .function import Invokable


@dataclass(frozen=True, kw_only=True)
class OnCall(Arguments):
    """Who is notified of alarms, and the runbook."""

    actions: Sequence[pulumi.Input[str]] = ()
    """ARNs that an alarm notifies when it fires and when it recovers, such as an SNS topic's."""
    runbook: str | None = None
    """URL of a runbook. Each alarm's description links to its section."""


def all_on_call(on_calls: Iterable[OnCall]) -> OnCall:
    """Return everyone who is notified, once, and the first runbook."""
    found = list(on_calls)
    return OnCall(
        actions=list(dict.fromkeys(action for on_call in found for action in on_call.actions)),
        runbook=next((on_call.runbook for on_call in found if on_call.runbook), None),
    )


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A CloudWatch metric and its statistic."""

    namespace: pulumi.Input[str]
    name: str
    dimensions: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    statistic: str
    """Statistic: `Sum`, `Maximum`, or a percentile such as `p99`."""


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """When the alarm fires."""

    above: float
    """Threshold in the metric's unit."""
    period_seconds: int = 60
    periods: int = 1
    """Number of consecutive periods above the threshold."""


def counted_metric(function: Invokable, name: str) -> Metric:
    """Return a metric that a function counts with the crate `powertools`, in embedded metric format in its log."""
    return Metric(
        namespace=function.name, name=name, dimensions={"function_name": function.function_name}, statistic="Sum"
    )


def logged_metric(  # noqa: PLR0913 (each describes the metric)
    filter_name: str,
    *,
    log_group_name: pulumi.Input[str],
    namespace: pulumi.Input[str],
    name: str,
    pattern: str,
    value: str = "1",
    parent: pulumi.Resource,
) -> Metric:
    """Declare a metric of matching lines in a log group: their number, or the sum of a field."""
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


def metric_alarm(  # noqa: PLR0913 (each describes the alarm)
    name: str,
    *,
    section: str,
    meaning: str,
    metric: Metric,
    threshold: Threshold,
    on_call: pulumi.Input[OnCall],
    parent: pulumi.Resource,
    aliases: Sequence[pulumi.Input[str]] = (),
) -> aws.cloudwatch.MetricAlarm:
    """Declare an alarm whose description links to a section of the runbook.

    Missing data does not fire the alarm: error metrics have data only if something happens.
    """
    is_percentile = metric.statistic.startswith("p")
    notified = pulumi.Output.from_input(on_call)
    actions = notified.apply(lambda known: list(known.actions))
    return aws.cloudwatch.MetricAlarm(
        name,
        alarm_description=notified.apply(
            lambda known: f"{meaning} What to do: {known.runbook}#{section}" if known.runbook else meaning
        ),
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
        alarm_actions=actions,
        ok_actions=actions,
        opts=pulumi.ResourceOptions(parent=parent, aliases=list(aliases)),
    )
