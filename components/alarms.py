"""What tells a person that something is wrong."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from .http_api import HttpApi
from .metric_alarm import Metric, OnCall, Threshold, logged_metric, metric_alarm
from .rust_function import RustFunction

FIVE_MINUTES = 300
NEAR_THE_TIMEOUT_MS = 800
"""Of each second of a function's timeout; what takes longer will soon be cut off."""
OLDEST_RECORD_MS = 15 * 60 * 1000
"""Of a stream's records, which are lost after 24 hours. A trigger that works is seconds behind."""
THROTTLED = '{ $.status = "429" }'
"""The access log's line of a request that a route's throttle refused."""
MANY_THROTTLED = 100


@dataclass(frozen=True, kw_only=True)
class AlarmsArgs:
    """Whom to tell."""

    email: str | None = None
    """Address that is told, once it has followed the link that AWS sends it. Without one, alarms are only seen."""
    runbook: str | None = None
    """Address of a page that says what to do, named in each alarm's description with the section about it."""


class Alarms(pulumi.ComponentResource):
    """Afterwards each function, stream and API that it was told to watch has its alarms.

    An alarm goes to an SNS topic and from there to the address, both when it is raised and when it is over.
    """

    def __init__(self, name: str, args: AlarmsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the topic, if there is anyone to tell."""
        super().__init__("rust-serverless:index:Alarms", name, None, opts)
        self._name = name
        actions = [self._topic(args.email)] if args.email else []
        self.on_call = OnCall(actions=actions, runbook=args.runbook)
        """What other components give to alarms of their own."""
        self.failures: dict[str, pulumi.Output[str]] = {}
        """Names of the alarms about failures, by the function's name, and of the API's by `api`."""
        self.register_outputs({"actions": actions})

    def watch_function(self, function: RustFunction) -> None:
        """Tell when a function fails, is throttled, or comes near its timeout."""
        of_function = {"FunctionName": function.function_name}
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
            meaning=f"Invocations of {function.name} are refused: more at once than it or the account may have.",
            metric=Metric(namespace="AWS/Lambda", name="Throttles", dimensions=of_function, statistic="Sum"),
            threshold=Threshold(above=0, period_seconds=FIVE_MINUTES),
        )
        self._alarm(
            f"{function.name}-duration",
            section="function-duration",
            meaning=f"{function.name} takes nearly its {function.timeout_seconds} s, after which it is cut off.",
            metric=Metric(namespace="AWS/Lambda", name="Duration", dimensions=of_function, statistic="Maximum"),
            threshold=Threshold(
                above=NEAR_THE_TIMEOUT_MS * function.timeout_seconds, period_seconds=FIVE_MINUTES, periods=2
            ),
        )

    def watch_stream(self, function: RustFunction) -> None:
        """Tell when a function that a stream invokes does not keep up."""
        self._alarm(
            f"{function.name}-iterator-age",
            section="iterator-age",
            meaning=f"{function.name} is 15 minutes behind its stream, which forgets after 24 hours.",
            metric=Metric(
                namespace="AWS/Lambda",
                name="IteratorAge",
                dimensions={"FunctionName": function.function_name},
                statistic="Maximum",
            ),
            threshold=Threshold(above=OLDEST_RECORD_MS, period_seconds=FIVE_MINUTES),
        )

    def watch_api(self, api: HttpApi) -> None:
        """Tell when requests are answered with a status of 500 or more."""
        self.failures["api"] = self._alarm(
            "api-5xx",
            section="api-5xx",
            meaning="Requests to the API fail through no fault of the client's.",
            metric=Metric(namespace="AWS/ApiGateway", name="5xx", dimensions={"ApiId": api.api_id}, statistic="Sum"),
            threshold=Threshold(above=0, period_seconds=FIVE_MINUTES),
        )

    def watch_throttling(self, api: HttpApi) -> None:
        """Tell when many requests are refused by the routes' throttles; some are their purpose.

        Raises:
            pulumi.RunError: the API is an existing one, whose access log is not known.
        """
        if api.access_log_group_name is None:
            raise pulumi.RunError("the access log of an existing API is unknown: watch it where its stage is declared")
        metric = logged_metric(
            f"{self._name}-api-429-filter",
            log_group_name=api.access_log_group_name,
            namespace=api.access_log_group_name,
            name="ThrottledRequests",
            pattern=THROTTLED,
            parent=self,
        )
        self._alarm(
            "api-429",
            section="api-429",
            meaning=f"Over {MANY_THROTTLED} requests in five minutes, twice in a row, are answered 429.",
            metric=metric,
            threshold=Threshold(above=MANY_THROTTLED, period_seconds=FIVE_MINUTES, periods=2),
        )

    def watch_table(self, name: str, table_name: pulumi.Input[str]) -> None:
        """Tell when a table refuses reads or writes, as a hot partition of an on-demand table does."""
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

    def watch_quarantine(self, name: str, metric: Metric) -> None:
        """Tell when a record was set aside because it could not be counted."""
        self._alarm(
            f"{name}-quarantine",
            section="quarantined-records",
            meaning=f"{name} has set records aside that it could not read.",
            metric=metric,
            threshold=Threshold(above=0, period_seconds=FIVE_MINUTES),
        )

    def _alarm(
        self, name: str, *, section: str, meaning: str, metric: Metric, threshold: Threshold
    ) -> pulumi.Output[str]:
        alarm = metric_alarm(
            f"{self._name}-{name}",
            section=section,
            meaning=meaning,
            metric=metric,
            threshold=threshold,
            on_call=self.on_call,
            parent=self,
        )
        return alarm.name

    def _topic(self, email: str) -> pulumi.Output[str]:
        topic = aws.sns.Topic(f"{self._name}-topic", opts=pulumi.ResourceOptions(parent=self))
        aws.sns.TopicSubscription(
            f"{self._name}-email",
            topic=topic.arn,
            protocol="email",
            endpoint=email,
            opts=pulumi.ResourceOptions(parent=self),
        )
        return topic.arn
