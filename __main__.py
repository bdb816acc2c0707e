"""The whole system: settings, components, exports."""

import pulumi

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
        endpoint=settings.endpoint,
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
        cors_exposed_headers=["x-glitch-seed"],
        log_retention_days=settings.log_retention_days,
    ),
)
api.route("POST /echo", echo, throttle)
api.route("POST /glitch", glitch, throttle)
api.deploy()

functions = (echo, glitch)
pulumi.export("apiUrl", api.url)
pulumi.export("routes", api.routes)
pulumi.export("functions", {function.name: function.function_name for function in functions})
pulumi.export("logGroups", {function.name: function.log_group_name for function in functions})
