"""CloudWatch alarms and the SNS topic they notify."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from .arguments import Arguments
from .http_api import HttpApi
from .metric_alarm import Metric, OnCall, Threshold, logged_metric, metric_alarm
from .rust_function import RustFunction

FIVE_MINUTES = 300
NEAR_THE_TIMEOUT_MS = 800
"""Milliseconds per second of the timeout: an invocation that takes longer is close to its timeout."""
THROTTLED = '{ $.status = "429" }'
"""Matches access log lines of requests that a throttle refused."""
MANY_THROTTLED = 100


@dataclass(frozen=True, kw_only=True)
class AlarmsArgs(Arguments):
    """Arguments of `Alarms`."""

    email: str | None = None
    """E-mail address to notify. Its owner has to confirm the subscription. Without one, alarms notify nobody."""
    runbook: str | None = None
    """URL of a runbook. Each alarm's description links to its section."""


class Alarms(pulumi.ComponentResource):
    """Creates alarms for functions, streams, tables and the API: `alarms.watch_function(fn)`.

    Alarms notify an SNS topic, which sends an e-mail when an alarm fires and when it recovers.
    """

    def __init__(self, name: str, args: AlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the topic, if there is an address."""
        super().__init__("rust-serverless:index:Alarms", name, None, opts)
        actions = [self._topic(args.email)] if args.email else []
        self.on_call = OnCall(actions=actions, runbook=args.runbook)
        """For the alarms of other components."""
        self.failures: dict[str, pulumi.Output[str]] = {}
        """Names of the failure alarms, by the name of the function or API."""
        self.register_outputs({"actions": actions})

    def watch_function(self, function: RustFunction) -> None:
        """Create alarms for errors, throttles and long durations of a function.

        Raises:
            pulumi.RunError: a function or an API with this name is watched already.
        """
        of_function = {"FunctionName": function.function_name}
        self._require_unwatched(function.name)
        self.failures[function.name] = self._alarm(
            f"{function.name}-errors",
            section="function-errors",
            meaning=f"{function.name} fails.",
            metric=Metric(namespace="AWS/Lambda", name="Errors", dimensions=of_function, statistic="Sum"),
            threshold=Threshold(above=0, period_seconds=FIVE_MINUTES),
        )
        self._alarm(
            f"{function.name}-throttles",
            section="function-throttles",
            meaning=f"Invocations of {function.name} are throttled by its own or the account's concurrency limit.",
            metric=Metric(namespace="AWS/Lambda", name="Throttles", dimensions=of_function, statistic="Sum"),
            threshold=Threshold(above=0, period_seconds=FIVE_MINUTES),
        )
        self._alarm(
            f"{function.name}-duration",
            section="function-duration",
            meaning=f"{function.name} nearly reaches its timeout of {function.timeout_seconds} s.",
            metric=Metric(namespace="AWS/Lambda", name="Duration", dimensions=of_function, statistic="Maximum"),
            threshold=Threshold(
                above=NEAR_THE_TIMEOUT_MS * function.timeout_seconds, period_seconds=FIVE_MINUTES, periods=2
            ),
        )

    def watch_api(self, api: HttpApi) -> None:
        """Create an alarm for responses with status 500 or more.

        Raises:
            pulumi.RunError: an API or a function with this name is watched already.
        """
        name = api.pulumi_resource_name
        self._require_unwatched(name)
        self.failures[name] = self._alarm(
            f"{name}-5xx",
            section="api-5xx",
            meaning="Requests to the API fail with server errors.",
            metric=Metric(namespace="AWS/ApiGateway", name="5xx", dimensions={"ApiId": api.api_id}, statistic="Sum"),
            threshold=Threshold(above=0, period_seconds=FIVE_MINUTES),
        )

    def watch_throttling(self, api: HttpApi) -> None:
        """Create an alarm for many throttled requests; a few are expected.

        Raises:
            pulumi.RunError: the access log of an existing API is not known.
        """
        if api.access_log_group_name is None:
            raise pulumi.RunError(
                "the access log of an existing API is not known: create the alarm where its stage is declared"
            )
        metric = logged_metric(
            f"{self.pulumi_resource_name}-{api.pulumi_resource_name}-429-filter",
            log_group_name=api.access_log_group_name,
            namespace=api.access_log_group_name,
            name="ThrottledRequests",
            pattern=THROTTLED,
            parent=self,
        )
        self._alarm(
            f"{api.pulumi_resource_name}-429",
            section="api-429",
            meaning=f"Over {MANY_THROTTLED} requests in five minutes, twice in a row, got status 429.",
            metric=metric,
            threshold=Threshold(above=MANY_THROTTLED, period_seconds=FIVE_MINUTES, periods=2),
        )

    def watch_table(self, name: str, table_name: pulumi.Input[str]) -> None:
        """Create alarms for throttled reads and writes of a table."""
        for kind in ("read", "write"):
            self._alarm(
                f"{name}-{kind}-throttles",
                section="table-throttles",
                meaning=f"The table {name} refuses {kind}s.",
                metric=Metric(
                    namespace="AWS/DynamoDB",
                    name=f"{kind.title()}ThrottleEvents",
                    dimensions={"TableName": table_name},
                    statistic="Sum",
                ),
                threshold=Threshold(above=0, period_seconds=FIVE_MINUTES),
            )

    def _require_unwatched(self, name: str) -> None:
        if name in self.failures:
            raise pulumi.RunError(
                f"{name} is watched already: watch each function and each API once, and give them different names"
            )

    def _alarm(
        self, name: str, *, section: str, meaning: str, metric: Metric, threshold: Threshold
    ) -> pulumi.Output[str]:
        alarm = metric_alarm(
            f"{self.pulumi_resource_name}-{name}",
            section=section,
            meaning=meaning,
            metric=metric,
            threshold=threshold,
            on_call=self.on_call,
            parent=self,
        )
        return alarm.name

    def _topic(self, email: str) -> pulumi.Output[str]:
        topic = aws.sns.Topic(f"{self.pulumi_resource_name}-topic", opts=pulumi.ResourceOptions(parent=self))
        aws.sns.TopicSubscription(
            f"{self.pulumi_resource_name}-email",
            topic=topic.arn,
            protocol="email",
            endpoint=email,
            opts=pulumi.ResourceOptions(parent=self),
        )
        return topic.arn
