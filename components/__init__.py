"""Pulumi components for Rust on AWS Lambda. Nothing here reads stack configuration.

Runs the binaries of a Cargo project behind a URL:

    workspace = RustWorkspace("rust", RustWorkspaceArgs(path="services/api"))
    hello = RustFunction("hello", RustFunctionArgs(artifact=workspace.artifact("hello")))
    api = HttpApi("api", HttpApiArgs(routes={"GET /hello": hello, "$default": hello}))
    pulumi.export("url", api.url)

Names are imported lazily, because the build runs as a module of this package without Pulumi.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .alarms import Alarms, AlarmsArgs
    from .architecture import Architecture, parse_architecture
    from .aws_credentials import AwsCredentials
    from .bucket_trigger import BucketTrigger, BucketTriggerArgs
    from .cognito_auth import CognitoAuth, CognitoAuthArgs
    from .custom_domain import CustomDomain, CustomDomainArgs
    from .dashboard import Dashboard, DashboardArgs
    from .deletion_protection import DeletionProtection, DeletionProtectionArgs
    from .event_trigger import EventTrigger, EventTriggerArgs
    from .function import ExistingFunction
    from .function_settings import AsyncInvocation, FileSystem, FunctionUrl, Network
    from .gradual_deployment import GradualDeployment, GradualDeploymentArgs
    from .http_api import HttpApi, HttpApiArgs, JwtIssuer, JwtRequirement, Route, Throttle
    from .iam import Statement
    from .metric_alarm import OnCall
    from .queue_trigger import QueueTrigger, QueueTriggerArgs
    from .rust_function import Operation, RustFunction, RustFunctionArgs
    from .rust_http_service import RustHttpService, RustHttpServiceArgs
    from .rust_workspace import Artifact, RustWorkspace, RustWorkspaceArgs
    from .schedule_trigger import ScheduleTrigger, ScheduleTriggerArgs
    from .stream_trigger import StreamTrigger, StreamTriggerArgs
    from .table import Access, Index, KeyAccess, KeyType, Table, TableArgs
    from .topic_trigger import TopicTrigger, TopicTriggerArgs

_MODULES = {
    "alarms": ("Alarms", "AlarmsArgs"),
    "architecture": ("Architecture", "parse_architecture"),
    "aws_credentials": ("AwsCredentials",),
    "bucket_trigger": ("BucketTrigger", "BucketTriggerArgs"),
    "cognito_auth": ("CognitoAuth", "CognitoAuthArgs"),
    "custom_domain": ("CustomDomain", "CustomDomainArgs"),
    "dashboard": ("Dashboard", "DashboardArgs"),
    "deletion_protection": ("DeletionProtection", "DeletionProtectionArgs"),
    "event_trigger": ("EventTrigger", "EventTriggerArgs"),
    "function": ("ExistingFunction",),
    "function_settings": ("AsyncInvocation", "FileSystem", "FunctionUrl", "Network"),
    "gradual_deployment": ("GradualDeployment", "GradualDeploymentArgs"),
    "http_api": ("HttpApi", "HttpApiArgs", "JwtIssuer", "JwtRequirement", "Route", "Throttle"),
    "iam": ("Statement",),
    "metric_alarm": ("OnCall",),
    "queue_trigger": ("QueueTrigger", "QueueTriggerArgs"),
    "rust_function": ("Operation", "RustFunction", "RustFunctionArgs"),
    "rust_http_service": ("RustHttpService", "RustHttpServiceArgs"),
    "rust_workspace": ("Artifact", "RustWorkspace", "RustWorkspaceArgs"),
    "schedule_trigger": ("ScheduleTrigger", "ScheduleTriggerArgs"),
    "stream_trigger": ("StreamTrigger", "StreamTriggerArgs"),
    "table": ("Access", "Index", "KeyAccess", "KeyType", "Table", "TableArgs"),
    "topic_trigger": ("TopicTrigger", "TopicTriggerArgs"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "Access",
    "Alarms",
    "AlarmsArgs",
    "Architecture",
    "Artifact",
    "AsyncInvocation",
    "AwsCredentials",
    "BucketTrigger",
    "BucketTriggerArgs",
    "CognitoAuth",
    "CognitoAuthArgs",
    "CustomDomain",
    "CustomDomainArgs",
    "Dashboard",
    "DashboardArgs",
    "DeletionProtection",
    "DeletionProtectionArgs",
    "EventTrigger",
    "EventTriggerArgs",
    "ExistingFunction",
    "FileSystem",
    "FunctionUrl",
    "GradualDeployment",
    "GradualDeploymentArgs",
    "HttpApi",
    "HttpApiArgs",
    "Index",
    "JwtIssuer",
    "JwtRequirement",
    "KeyAccess",
    "KeyType",
    "Network",
    "OnCall",
    "Operation",
    "QueueTrigger",
    "QueueTriggerArgs",
    "Route",
    "RustFunction",
    "RustFunctionArgs",
    "RustHttpService",
    "RustHttpServiceArgs",
    "RustWorkspace",
    "RustWorkspaceArgs",
    "ScheduleTrigger",
    "ScheduleTriggerArgs",
    "Statement",
    "StreamTrigger",
    "StreamTriggerArgs",
    "Table",
    "TableArgs",
    "Throttle",
    "TopicTrigger",
    "TopicTriggerArgs",
    "parse_architecture",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_MODULE_OF[name]}", __name__), name)
