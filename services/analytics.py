"""Site analytics: collects page views, counts them exactly, and reports them to users who sign in."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
from pulumi_command import local

from components.aws_credentials import AwsCredentials, access_environment, aws_access
from components.failure_queue import RETENTION_SECONDS
from components.http_api import HttpApi, Route, Throttle
from components.metric_alarm import Metric, OnCall, Threshold, counted_metric, metric_alarm
from components.program_python import module_command
from components.queue_trigger import QueueTriggerArgs
from components.rust_function import Operation, RustFunction, RustFunctionArgs
from components.rust_workspace import Artifact
from components.schedule_trigger import ScheduleTrigger, ScheduleTriggerArgs
from components.stream_trigger import StreamTrigger, StreamTriggerArgs
from components.table import Access, KeyAccess, Table, TableArgs
from services.time_zones import UTC, posix_rule

COLLECT_ROUTES = (
    "POST /analytics/collect",
    "POST /analytics/append",
    "GET /analytics/pv.gif",
    "GET /analytics/a.js",
)
"""Routes that pages of the sites call. The function refuses other origins."""

SIGN_IN_ROUTE = "POST /analytics/sign-in"
SIGN_IN_THROTTLE = Throttle(rate_per_second=1000, burst=2000)
"""API Gateway throttles all callers together, so with a low limit anyone could lock everyone else out. The function
counts attempts by network and user, and refuses those over its limits before it hashes a password."""

SESSION_ROUTES = ("GET /analytics", "GET /analytics/report", "POST /analytics/sign-out")
"""Routes that require a session, and the dashboard with its sign-in form. `analytics-api` validates the session token
itself; there is no API Gateway authorizer."""

NIGHTLY = "cron(0 3 * * ? *)"
"""Any hour works: the recount covers the last complete day of each site, whose views are counted within seconds."""

RECOUNT_TIMEOUT_SECONDS = 300
REDRIVE_TIMEOUT_SECONDS = 300
"""The function gives a message up after 240 s."""

STREAM_DAYS = 1
"""Retention of records in a DynamoDB stream."""
QUEUE_DAYS = RETENTION_SECONDS // 86_400
WEEKEND_DAYS = 3
"""From Friday evening to Monday."""
LEAST_RETENTION_DAYS = STREAM_DAYS + QUEUE_DAYS + WEEKEND_DAYS
"""Minimum retention of views. Those that the trigger discarded are counted from the views table later, so they must
outlive the stream, the failure queue and a weekend."""


def origins(sites: Iterable[str], www_is_apex: bool) -> list[str]:
    """Return the origins that may send views: those of the sites, or each with and without `www.`."""
    if not www_is_apex:
        return list(sites)
    parts = [site.split("://") for site in sites]
    return sorted({f"{scheme}://{www}{host.removeprefix('www.')}" for scheme, host in parts for www in ("", "www.")})


@dataclass(frozen=True, kw_only=True)
class AnalyticsArgs:
    """Arguments of `Analytics`."""

    artifact: Callable[[str], Artifact]
    """Returns the artifact of a binary, such as `workspace.artifact`."""
    api: HttpApi
    sites: Sequence[str]
    """Origins of the sites whose views are counted, such as `https://example.com`."""
    time_zones: Mapping[str, str] = field(default_factory=dict)
    """IANA time zones of the sites, by origin, such as `Europe/Berlin`; UTC by default. They determine the days and
    hours that views count for. A change applies to views from then on."""
    www_is_apex: bool = False
    """Whether `www.example.com` and `example.com` count as one site; either can be in `sites`."""
    view_retention_days: int
    """Retention of page views, for filters and recounts; at least `LEAST_RETENTION_DAYS`. Totals never expire."""
    paths_per_day: int = 1000
    """Maximum number of new pages, referrers and campaigns of a site per day; further ones count as `(other)`."""
    origin_secret_sha256: str = ""
    """Hexadecimal SHA-256 of the secret that CloudFront sends as `x-origin-secret`. Requests with this secret have the
    address and the country in `cloudfront-viewer-address` and `cloudfront-viewer-country`, which the origin request
    policy of the distribution must forward. Other requests have their sender's address, and no country."""
    total_shards: int = 1
    """Number of items that each counter is sharded over. DynamoDB limits an item to 1,000 write units per second; more
    shards mean more reads per report."""
    on_call: OnCall = field(default_factory=OnCall)
    """Notified when records cannot be counted."""
    operation: Operation = field(default_factory=Operation)
    point_in_time_recovery: bool
    """Whether the tables of views, totals and accounts have point-in-time recovery."""
    deletion_protection: bool
    """Whether these tables have deletion protection."""
    region: str
    endpoint: str | None = None
    """DynamoDB endpoint of the provider, if it is not AWS's."""
    credentials: AwsCredentials = field(default_factory=AwsCredentials)
    """Credentials of the provider, for the Command that creates the session keys."""


class Analytics(pulumi.ComponentResource):
    """Stores page views of sites, counts them, and serves reports to users who sign in, at `/analytics`.

    `analytics-api` puts views into the table of views. Its stream invokes `analytics-trigger`, which adds each view to
    the table of totals once, however often it is delivered. Reports read totals.

    Users are in a separate table. The state table contains the daily secrets that visitors are derived from, and ended
    sessions. It is never backed up, so deleted items cannot be restored.
    """

    def __init__(self, name: str, args: AnalyticsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare tables, functions, grants, the trigger and the routes."""
        super().__init__("rust-serverless:index:Analytics", name, None, opts)
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)
        self._views = self._table("views", stream_view_type="NEW_IMAGE")
        self._totals = self._table("totals")
        self._accounts = Table(
            f"{name}-accounts",
            TableArgs(
                partition_key="User",
                point_in_time_recovery=args.point_in_time_recovery,
                deletion_protection=args.deletion_protection,
            ),
            self._child,
        )
        self._state = Table(
            f"{name}-state",
            TableArgs(
                partition_key="Name", ttl_attribute="Expires", point_in_time_recovery=False, deletion_protection=False
            ),
            self._child,
        )
        self.api_function = self._api_function()
        self.redrive_function = self._redrive_function()
        self.trigger_function = self._trigger_function()
        self.recount_function = self._recount_function()
        self.functions = (self.api_function, self.trigger_function, self.redrive_function, self.recount_function)
        self._routes()
        self.tables = {
            f"{name}-views": self._views.table_name,
            f"{name}-totals": self._totals.table_name,
            f"{name}-accounts": self._accounts.table_name,
            f"{name}-state": self._state.table_name,
        }
        self.queues = {self.trigger_function.name: self.trigger.queue_name}
        self.register_outputs({"tableNames": self.tables})

    def _table(self, kind: str, stream_view_type: str | None = None) -> Table:
        return Table(
            f"{self.pulumi_resource_name}-{kind}",
            TableArgs(
                partition_key="Path",
                sort_key="Section",
                ttl_attribute="Expires",
                stream_view_type=stream_view_type,
                point_in_time_recovery=self._args.point_in_time_recovery,
                deletion_protection=self._args.deletion_protection,
            ),
            self._child,
        )

    def _session_key(self) -> local.Command:
        args = self._args
        return local.Command(
            f"{self.pulumi_resource_name}-session-key",
            create=module_command("services.session_keys"),
            dir=".",
            environment={
                "SESSION_KEYS_TABLE": self._state.table_name,
                **access_environment(aws_access(self, args.credentials, args.region, args.endpoint)),
            },
            add_previous_output_in_env=False,
            opts=self._child,
        )

    def _api_function(self) -> RustFunction:
        function = self._function(
            "api",
            memory_mib=256,
            # The function responds with 503 two seconds earlier.
            timeout_seconds=15,
            environment={
                "ACCOUNTS_TABLE": self._accounts.table_name,
                "STATE_TABLE": self._state.table_name,
                **self._site_variables(),
                "PATHS_PER_DAY": str(self._args.paths_per_day),
                "CLOUDFRONT_HEADER_SHA256": self._args.origin_secret_sha256,
            },
            wait_for=[self._session_key()],
        )
        self._views.allow(function, Access.PUT, Access.QUERY)
        self._totals.allow(function, Access.QUERY, on_keys=(KeyAccess(keys=["sketch/*"], access=[Access.UPDATE]),))
        self._accounts.allow(function, Access.GET)
        self._state.allow(
            function,
            Access.GET,
            on_keys=(
                KeyAccess(keys=["visitor-secret/*", "ended-session/*", "signed-in/*"], access=[Access.PUT]),
                KeyAccess(keys=["known/*", "sign-in/*"], access=[Access.UPDATE]),
                KeyAccess(keys=["visitor-secret/*"], access=[Access.DELETE]),
            ),
        )
        self._alarm(
            "capped-names",
            meaning="A site had more new pages, referrers or campaigns in a day than are counted by name.",
            metric=counted_metric(function, "CappedNames"),
        )
        return function

    def _trigger_function(self) -> RustFunction:
        function = self._function(
            "trigger",
            memory_mib=256,
            timeout_seconds=30,
            environment={"TOTAL_SHARDS": str(self._args.total_shards)},
        )
        self._views.allow(function, Access.BATCH_GET, Access.UPDATE)
        self._totals.allow(function, Access.BATCH_GET, Access.PUT, Access.UPDATE)
        self.trigger = StreamTrigger(
            f"{self.pulumi_resource_name}-trigger",
            StreamTriggerArgs(
                table=self._views,
                function=function,
                recovery=QueueTriggerArgs(
                    function=self.redrive_function,
                    batch_size=1,
                    maximum_concurrency=2,
                ),
                on_call=self._args.on_call,
            ),
            self._child,
        )
        self._alarm(
            "quarantined-records",
            meaning="Records could not be read, and were quarantined.",
            metric=counted_metric(function, "QuarantinedRecords"),
        )
        self._alarm(
            "gone-views",
            meaning="Views were gone from the table before they were counted.",
            metric=counted_metric(function, "GoneViews"),
        )
        return function

    def _redrive_function(self) -> RustFunction:
        function = self._function(
            "redrive",
            memory_mib=512,
            timeout_seconds=REDRIVE_TIMEOUT_SECONDS,
            environment={"TOTAL_SHARDS": str(self._args.total_shards), **self._site_variables()},
        )
        self._views.allow(function, Access.BATCH_GET, Access.QUERY, Access.UPDATE)
        self._totals.allow(function, Access.BATCH_GET, Access.PUT, Access.QUERY, Access.UPDATE)
        return function

    def _recount_function(self) -> RustFunction:
        function = self._function(
            "recount",
            memory_mib=512,
            timeout_seconds=RECOUNT_TIMEOUT_SECONDS,
            environment={"STATE_TABLE": self._state.table_name, **self._site_variables()},
        )
        self._views.allow(function, Access.QUERY)
        self._totals.allow(function, Access.QUERY)
        self._state.allow(function, on_keys=(KeyAccess(keys=["visitor-secret/*"], access=[Access.DELETE]),))
        ScheduleTrigger(
            f"{self.pulumi_resource_name}-nightly",
            ScheduleTriggerArgs(
                function=function,
                expression=NIGHTLY,
                permissions_boundary=self._args.operation.permissions_boundary,
                on_call=self._args.on_call,
            ),
            self._child,
        )
        self._alarm(
            "drift",
            meaning="Totals of yesterday differ from the views that they count.",
            metric=counted_metric(function, "Drift"),
        )
        return function

    def _function(
        self,
        kind: str,
        *,
        memory_mib: int,
        timeout_seconds: int,
        environment: Mapping[str, pulumi.Input[str]],
        wait_for: Sequence[pulumi.Resource] = (),
    ) -> RustFunction:
        name = f"{self.pulumi_resource_name}-{kind}"
        return RustFunction(
            name,
            RustFunctionArgs(
                artifact=self._args.artifact(name),
                memory_mib=memory_mib,
                timeout_seconds=timeout_seconds,
                operation=self._args.operation,
                environment={
                    "VIEWS_TABLE": self._views.table_name,
                    "TOTALS_TABLE": self._totals.table_name,
                    **environment,
                },
                wait_for=wait_for,
            ),
            self._child,
        )

    def _site_variables(self) -> dict[str, pulumi.Input[str]]:
        return {
            "ANALYTICS_SITES": json.dumps([_site(origin, self._args.time_zones) for origin in self._args.sites]),
            "ANALYTICS_WWW_IS_APEX": str(self._args.www_is_apex).lower(),
            "VIEW_RETENTION_DAYS": str(self._args.view_retention_days),
        }

    def _alarm(self, section: str, *, meaning: str, metric: Metric) -> None:
        metric_alarm(
            f"{self.pulumi_resource_name}-{section}-alarm",
            section=section,
            meaning=meaning,
            metric=metric,
            threshold=Threshold(above=0, period_seconds=300),
            on_call=self._args.on_call,
            parent=self,
        )

    def _routes(self) -> None:
        for route_key in (*COLLECT_ROUTES, *SESSION_ROUTES):
            self._args.api.route(route_key, self.api_function)
        self._args.api.route(SIGN_IN_ROUTE, Route(function=self.api_function, throttle=SIGN_IN_THROTTLE))


def _site(origin: str, time_zones: Mapping[str, str]) -> str | dict[str, str]:
    """Return a site for a handler, which has no database of time zones."""
    zone = time_zones.get(origin, UTC)
    return origin if zone == UTC else {"origin": origin, "timeZone": zone, "rule": posix_rule(zone)}
