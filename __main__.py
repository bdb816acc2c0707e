"""The whole system: settings, components, exports."""

import pulumi

from components.alarms import Alarms, AlarmsArgs
from components.analytics import Analytics, AnalyticsArgs, origins
from components.cognito_auth import CognitoAuth, CognitoAuthArgs
from components.currencies import Currencies, CurrenciesArgs
from components.custom_domain import CustomDomain, CustomDomainArgs
from components.dashboard import Dashboard, DashboardArgs
from components.http_api import HttpApi, HttpApiArgs, Throttle
from components.rust_function import Operation, RustFunction, RustFunctionArgs
from components.rust_workspace import RustWorkspace, RustWorkspaceArgs
from settings import read_settings

settings = read_settings()
operation = Operation(
    log_level=settings.log_level,
    log_retention_days=settings.log_retention_days,
    tracing=settings.tracing,
    reserved_concurrency=settings.reserved_concurrency,
)

workspace = RustWorkspace(
    "rust",
    RustWorkspaceArgs(
        architecture=settings.architecture,
        profile=settings.build_profile,
        region=settings.region,
        endpoint=settings.endpoints.get("s3"),
        credentials=settings.credentials,
        artifact_bucket=settings.artifact_bucket,
    ),
)
echo = RustFunction(
    "echo",
    RustFunctionArgs(
        artifact=workspace.artifact("echo"),
        operation=operation,
    ),
)
glitch = RustFunction(
    "glitch",
    RustFunctionArgs(
        artifact=workspace.artifact("glitch"),
        memory_mib=512,
        timeout_seconds=10,
        operation=operation,
    ),
)

alarms = Alarms("alarms", AlarmsArgs(email=settings.alarm_email))
throttle = Throttle(rate_per_second=settings.throttle_rate_per_second, burst=settings.throttle_burst)
api = HttpApi(
    "api",
    HttpApiArgs(
        # API Gateway answers for CORS alone, for all routes: it drops such headers of a function's.
        cors_origins=sorted(
            {*settings.cors_origins, *origins(settings.analytics_sites, settings.analytics_www_is_apex)}
        ),
        cors_exposed_headers=["etag", "location", "x-glitch-seed"],
        log_retention_days=settings.log_retention_days,
    ),
)
docs_callback_url = pulumi.Output.concat(api.url, "/docs/oauth2-redirect.html")
auth = CognitoAuth(
    "auth",
    CognitoAuthArgs(
        resource_server="currencies",
        scopes={"read": "Read currencies", "write": "Create, change and delete currencies"},
        callback_urls=[docs_callback_url],
        region=settings.region,
        endpoint=settings.endpoints.get("cognitoidp"),
        protected=settings.deletion_protection,
    ),
)
currencies = Currencies(
    "currencies",
    CurrenciesArgs(
        artifact=workspace.artifact("currencies"),
        api=api,
        auth=auth,
        throttle=throttle,
        operation=operation,
        recoverable=settings.point_in_time_recovery,
        protected=settings.deletion_protection,
    ),
)
analytics = Analytics(
    "analytics",
    AnalyticsArgs(
        api_artifact=workspace.artifact("analytics-api"),
        trigger_artifact=workspace.artifact("analytics-trigger"),
        api=api,
        throttle=throttle,
        sites=settings.analytics_sites,
        www_is_apex=settings.analytics_www_is_apex,
        view_retention_days=settings.analytics_view_retention_days,
        total_shards=settings.analytics_total_shards,
        alarm_actions=alarms.actions,
        operation=operation,
        recoverable=settings.point_in_time_recovery,
        protected=settings.deletion_protection,
        region=settings.region,
        endpoint=settings.endpoints.get("dynamodb"),
        credentials=settings.credentials,
    ),
)
api.route("POST /echo", echo, throttle)
api.route("POST /glitch", glitch, throttle)
api.route("GET /glitch", glitch, throttle)
api.deploy()

functions = (echo, glitch, currencies.function, analytics.api_function, analytics.trigger_function)
tables = {"currencies": currencies.table_name, **analytics.table_names}
for function in functions:
    alarms.watch_function(function)
alarms.watch_api(api)
alarms.watch_stream(analytics.trigger_function)
alarms.watch_quarantine(analytics.trigger_function.name, analytics.quarantined)
dashboard = Dashboard(
    "dashboard",
    DashboardArgs(
        title=f"{pulumi.get_project()}-{pulumi.get_stack()}",
        region=settings.region,
        api=api,
        functions=functions,
        stream_functions=[analytics.trigger_function],
        tables=tables,
        queues={analytics.trigger_function.name: analytics.trigger.queue_name},
    ),
)
url = api.url
if settings.domain_name and settings.hosted_zone_id:
    url = CustomDomain(
        "domain",
        CustomDomainArgs(domain_name=settings.domain_name, hosted_zone_id=settings.hosted_zone_id, api=api),
    ).url

pulumi.export("apiUrl", url)
pulumi.export(
    "urls",
    {
        "API": url,
        "page to glitch pictures at": pulumi.Output.concat(url, "/glitch"),
        "documentation of currencies": pulumi.Output.concat(url, "/docs"),
        "OpenAPI document": pulumi.Output.concat(url, "/openapi.json"),
        "sign-in page": auth.sign_in_url,
        "analytics": pulumi.Output.concat(url, "/analytics"),
        "analytics tracker": pulumi.Output.concat(url, "/analytics/a.js"),
        "dashboard": dashboard.url,
        "queue of failed records": analytics.trigger.queue_url,
    },
)
pulumi.export("routes", api.routes)
pulumi.export("guardedRoutes", api.guarded_routes)
pulumi.export("functions", {function.name: function.function_name for function in functions})
pulumi.export("tables", tables)
pulumi.export(
    "analytics",
    {"sites": list(settings.analytics_sites), "viewRetentionDays": settings.analytics_view_retention_days},
)
pulumi.export("logGroups", {function.name: function.log_group_name for function in functions})
pulumi.export(
    "signIn",
    {
        "url": auth.sign_in_url,
        "userPoolId": auth.user_pool_id,
        "browserClientId": auth.browser_client_id,
        "machineClientId": auth.machine_client_id,
        "callbackUrl": docs_callback_url,
        "scopes": auth.scopes,
    },
)
