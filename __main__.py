"""The whole system: settings, components, exports."""

import pulumi

from components.cognito_auth import CognitoAuth, CognitoAuthArgs
from components.currencies import Currencies, CurrenciesArgs
from components.http_api import HttpApi, HttpApiArgs, Throttle
from components.rust_function import RustFunction, RustFunctionArgs
from components.rust_workspace import RustWorkspace, RustWorkspaceArgs
from settings import read_settings

settings = read_settings()

workspace = RustWorkspace(
    "rust",
    RustWorkspaceArgs(
        architecture=settings.architecture,
        region=settings.region,
        endpoint=settings.endpoints.get("s3"),
        aws_profile=settings.aws_profile,
        artifact_bucket=settings.artifact_bucket,
    ),
)
echo = RustFunction(
    "echo",
    RustFunctionArgs(
        artifact=workspace.artifact("echo"),
        log_level=settings.log_level,
        log_retention_days=settings.log_retention_days,
    ),
)
glitch = RustFunction(
    "glitch",
    RustFunctionArgs(
        artifact=workspace.artifact("glitch"),
        memory_mib=512,
        timeout_seconds=10,
        log_level=settings.log_level,
        log_retention_days=settings.log_retention_days,
    ),
)

throttle = Throttle(rate_per_second=settings.throttle_rate_per_second, burst=settings.throttle_burst)
api = HttpApi(
    "api",
    HttpApiArgs(
        cors_origins=settings.cors_origins,
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
        log_level=settings.log_level,
        log_retention_days=settings.log_retention_days,
        recoverable=settings.point_in_time_recovery,
        protected=settings.deletion_protection,
    ),
)
api.route("POST /echo", echo, throttle)
api.route("POST /glitch", glitch, throttle)
api.deploy()

functions = (echo, glitch, currencies.function)
pulumi.export("apiUrl", api.url)
pulumi.export("routes", api.routes)
pulumi.export("guardedRoutes", api.guarded_routes)
pulumi.export("functions", {function.name: function.function_name for function in functions})
pulumi.export("tables", {"currencies": currencies.table_name})
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
