"""The whole system: reads the settings, connects the components, and exports the outputs."""

from functools import partial

import pulumi

from components.alarms import Alarms, AlarmsArgs
from components.cognito_auth import CognitoAuth, CognitoAuthArgs
from components.custom_domain import CustomDomain, CustomDomainArgs
from components.dashboard import Dashboard, DashboardArgs
from components.deletion_protection import DeletionProtection, DeletionProtectionArgs
from components.gradual_deployment import GradualDeployment, GradualDeploymentArgs
from components.http_api import HttpApi, HttpApiArgs, Throttle
from components.rust_function import RustFunction, RustFunctionArgs
from components.rust_workspace import RustWorkspace, RustWorkspaceArgs
from services.analytics import Analytics, AnalyticsArgs, origins
from services.currencies import Currencies, CurrenciesArgs
from services.glitch import Glitch, GlitchArgs
from settings import read_settings

settings = read_settings()
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
artifact = partial(workspace.artifact, features=["otel"] if settings.operation.open_telemetry_layer else [])
echo = RustFunction("echo", RustFunctionArgs(artifact=artifact("echo"), operation=settings.operation))
alarms = Alarms("alarms", AlarmsArgs(email=settings.alarm_email, runbook="docs/runbook.md"))
api = HttpApi(
    "api",
    HttpApiArgs(
        routes={"POST /echo": echo},
        throttle=Throttle(rate_per_second=settings.throttle_rate_per_second, burst=settings.throttle_burst),
        # API Gateway handles CORS for all routes, and drops a function's CORS headers.
        cors_origins=sorted(
            {*settings.cors_origins, *origins(settings.analytics_sites, settings.analytics_www_is_apex)}
        ),
        cors_exposed_headers=["etag", "location", "x-glitch-seed"],
        log_retention_days=settings.operation.log_retention_days,
        endpoint=settings.endpoints.get("apigatewayv2"),
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
        tier=settings.user_pool_tier.upper(),
        deletion_protection=settings.deletion_protection,
    ),
)
currencies = Currencies(
    "currencies",
    CurrenciesArgs(
        artifact=artifact("currencies"),
        api=api,
        auth=auth,
        operation=settings.operation,
        point_in_time_recovery=settings.point_in_time_recovery,
        deletion_protection=settings.deletion_protection,
    ),
)
glitch = Glitch(
    "glitch",
    GlitchArgs(
        artifact=artifact("glitch"),
        uploads_artifact=artifact("glitch-uploads"),
        api=api,
        page_origins=[api.origin, *([f"https://{settings.domain_name}"] if settings.domain_name else [])],
        on_call=alarms.on_call,
        operation=settings.operation,
        endpoint=settings.endpoints.get("s3"),
    ),
)
analytics = Analytics(
    "analytics",
    AnalyticsArgs(
        artifact=artifact,
        api=api,
        sites=list(settings.analytics_sites),
        time_zones=settings.analytics_sites,
        www_is_apex=settings.analytics_www_is_apex,
        view_retention_days=settings.analytics_view_retention_days,
        origin_secret_sha256=settings.analytics_origin_secret_sha256 or "",
        total_shards=settings.analytics_total_shards,
        on_call=alarms.on_call,
        operation=settings.operation,
        point_in_time_recovery=settings.point_in_time_recovery,
        deletion_protection=settings.deletion_protection,
        region=settings.region,
        endpoint=settings.endpoints.get("dynamodb"),
        credentials=settings.credentials,
    ),
)
functions = (echo, *glitch.functions, currencies.function, *analytics.functions)
tables = {**currencies.tables, **analytics.tables}
alarms.watch_api(api)
alarms.watch_throttling(api)
for function in functions:
    alarms.watch_function(function)
for name, table in tables.items():
    alarms.watch_table(name, table)
deployments = {
    function.name: GradualDeployment(
        f"{function.name}-deployment",
        GradualDeploymentArgs(
            function=function,
            alarms=[alarms.failures[function.name], alarms.failures["api"]],
            region=settings.region,
            endpoint=settings.endpoints.get("lambda"),
            credentials=settings.credentials,
        ),
    )
    for function in functions
    if settings.operation.gradual_deployment
}
dashboard = Dashboard(
    "dashboard",
    DashboardArgs(
        title=f"{pulumi.get_project()}-{pulumi.get_stack()}--dashboard",
        region=settings.region,
        api=api,
        functions=functions,
        stream_functions=[analytics.trigger_function],
        tables=tables,
        queues={**analytics.queues, **glitch.queues},
    ),
)
url = api.url
protected = [workspace, echo, alarms, api, auth, currencies, glitch, analytics, dashboard, *deployments.values()]
if settings.domain_name and settings.hosted_zone_id:
    domain = CustomDomain(
        "domain",
        CustomDomainArgs(domain_name=settings.domain_name, hosted_zone_id=settings.hosted_zone_id, api=api),
    )
    protected.append(domain)
    url = domain.url
DeletionProtection(
    "deletion-protection",
    DeletionProtectionArgs(resources=protected, setting="deletionProtection", protected=settings.deletion_protection),
)

pulumi.export("apiUrl", url)
pulumi.export(
    "urls",
    {
        "api": url,
        "glitchPage": pulumi.Output.concat(url, "/glitch"),
        "currenciesDocs": pulumi.Output.concat(url, "/docs"),
        "openapiDocument": pulumi.Output.concat(url, "/openapi.json"),
        "signIn": auth.sign_in_url,
        "analyticsDashboard": pulumi.Output.concat(url, "/analytics"),
        "analyticsTracker": pulumi.Output.concat(url, "/analytics/a.js"),
        "dashboard": dashboard.url,
        "failedRecordsQueue": analytics.trigger.queue_url,
        "failedUploadsQueue": glitch.trigger.failure_queue_url,
    },
)
pulumi.export("routes", api.routes)
pulumi.export("guardedRoutes", api.guarded_routes)
pulumi.export("functions", {function.name: function.function_name for function in functions})
pulumi.export("deployments", {name: deployment.result for name, deployment in deployments.items()})
pulumi.export("code", {function.name: function.code for function in functions})
pulumi.export("tables", tables)
pulumi.export("artifactBucket", workspace.bucket)
pulumi.export(
    "analytics",
    {"sites": list(settings.analytics_sites), "viewRetentionDays": settings.analytics_view_retention_days},
)
pulumi.export("logGroups", {function.name: function.log_group_name for function in functions})
pulumi.export("accessLogGroup", api.access_log_group_name)
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
