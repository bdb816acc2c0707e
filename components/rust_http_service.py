"""An HTTP service from plain data, for programs in every Pulumi language."""

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict, cast

import pulumi

from .architecture import Architecture
from .arguments import require_keys
from .function import grant
from .http_api import HttpApi, HttpApiArgs
from .iam import Statement, policy_document
from .metric_alarm import OnCall
from .queue_trigger import QueueTrigger, QueueTriggerArgs
from .rust_function import RustFunction, RustFunctionArgs
from .rust_workspace import RustWorkspace, RustWorkspaceArgs
from .schedule_trigger import ScheduleTrigger, ScheduleTriggerArgs


class Permission(TypedDict):
    """An IAM statement that allows actions on resources."""

    actions: list[str]
    """IAM actions, such as `dynamodb:GetItem`."""
    resources: list[pulumi.Input[str]]
    """ARNs of the resources."""


class ServiceFunction(TypedDict):
    """Settings of one function. The defaults are those of `RustFunctionArgs`."""

    memory_mib: NotRequired[int]
    """Memory in MiB; 128 by default."""
    timeout_seconds: NotRequired[int]
    """Timeout in seconds; 3 by default."""
    environment: NotRequired[dict[str, pulumi.Input[str]]]
    """Environment variables. Never a secret: everyone who may describe the function can read them."""
    files: NotRequired[dict[str, str]]
    """Files and folders that are packed next to the binary, relative to the Cargo project, by their place below
    `/var/task`."""
    policies: NotRequired[list[Permission]]
    """Permissions of the function besides writing logs."""


class ServiceSchedule(TypedDict):
    """A schedule on which EventBridge Scheduler invokes a function."""

    function: str
    """Name of the function."""
    expression: str
    """Schedule: `rate(5 minutes)`, `cron(0 3 * * ? *)` or `at(2026-12-24T18:00:00)`."""
    time_zone: NotRequired[str]
    """IANA time zone, such as `Europe/Berlin`; UTC by default."""
    input: NotRequired[dict[str, Any]]
    """Event as JSON."""


class ServiceQueue(TypedDict):
    """An SQS queue whose messages invoke a function in batches."""

    function: str
    """Name of the function, which returns `batchItemFailures`."""
    batch_size: NotRequired[int]
    """Maximum number of messages per invocation; 10 by default."""
    window_seconds: NotRequired[int]
    """Batching window in seconds; 0 by default."""
    maximum_receives: NotRequired[int]
    """Number of attempts before a message goes to the failure queue; 5 by default."""
    maximum_concurrency: NotRequired[int]
    """Maximum concurrency, 2 to 1,000; no limit by default."""


class RustHttpServiceArgs(TypedDict):
    """A Cargo project, its functions, and their event sources."""

    path: str
    """Folder with a `Cargo.toml`, relative to the program: a workspace, a package, or a member of a workspace."""
    functions: dict[str, ServiceFunction]
    """Functions by the name of their binary in the Cargo project."""
    architecture: NotRequired[Architecture]
    """Architecture of all functions; arm64 by default, or this machine's if AWS_ENDPOINT_URL is set, as for an
    emulator."""
    routes: NotRequired[dict[str, str]]
    """Names of functions by route key: a method and a path, such as `GET /items/{id}`, or `$default`."""
    cors_origins: NotRequired[list[str]]
    """Origins that CORS allows, such as `https://example.com`; none by default."""
    schedules: NotRequired[dict[str, ServiceSchedule]]
    """Schedules by name."""
    queues: NotRequired[dict[str, ServiceQueue]]
    """Queues by name."""
    alarm_actions: NotRequired[list[pulumi.Input[str]]]
    """ARNs that alarms of failure queues notify, such as that of an SNS topic."""


class RustHttpService(pulumi.ComponentResource):
    """Compiles a Cargo project and runs its binaries as Lambda functions behind an HTTP API, schedules and queues.

    Combines `RustWorkspace`, `RustFunction`, `HttpApi`, `ScheduleTrigger` and `QueueTrigger`. The arguments are plain
    data, so programs in TypeScript, YAML and every other Pulumi language can use this component.
    """

    url: pulumi.Output[str]
    """URL of the API."""
    function_names: pulumi.Output[dict[str, str]]
    """Physical names of the functions, by the name of their binary."""
    queue_urls: pulumi.Output[dict[str, str]]
    """URLs of the queues, by their name in `queues`."""
    queue_arns: pulumi.Output[dict[str, str]]
    """ARNs of the queues, by their name in `queues`."""

    def __init__(self, name: str, args: RustHttpServiceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the build, the functions, the API, and the schedules and queues."""
        super().__init__("rust-serverless:index:RustHttpService", name, None, opts)
        _require_settings(name, args, RustHttpServiceArgs)
        self._child = pulumi.ResourceOptions(parent=self)
        self._on_call = OnCall(actions=args.get("alarm_actions", []))
        self._functions = self._declare_functions(args)
        routes = {
            key: self._function(function, self._place("routes", key))
            for key, function in args.get("routes", {}).items()
        }
        api_args = HttpApiArgs(routes=routes, cors_origins=args.get("cors_origins", []))
        self.url = HttpApi(f"{name}-api", api_args, self._child).url
        for schedule_name, schedule in args.get("schedules", {}).items():
            self._schedule(schedule_name, schedule)
        queues = {queue_name: self._queue(queue_name, queue) for queue_name, queue in args.get("queues", {}).items()}
        self.function_names = _output({binary: function.function_name for binary, function in self._functions.items()})
        self.queue_urls = _output({key: queue.queue_url for key, queue in queues.items()})
        self.queue_arns = _output({key: queue.queue_arn for key, queue in queues.items()})
        self.register_outputs(
            {
                "url": self.url,
                "functionNames": self.function_names,
                "queueUrls": self.queue_urls,
                "queueArns": self.queue_arns,
            }
        )

    def _declare_functions(self, args: RustHttpServiceArgs) -> dict[str, RustFunction]:
        workspace_args = RustWorkspaceArgs(path=args["path"], architecture=args.get("architecture"))
        workspace = RustWorkspace(f"{self.pulumi_resource_name}-rust", workspace_args, self._child)
        return {
            binary: self._declare_function(binary, settings, workspace)
            for binary, settings in args["functions"].items()
        }

    def _declare_function(self, binary: str, settings: ServiceFunction, workspace: RustWorkspace) -> RustFunction:
        _require_settings(self._place("functions", binary), settings, ServiceFunction)
        artifact = workspace.artifact(binary, settings.get("files"))
        function_args = RustFunctionArgs(artifact=artifact, **_keyword_arguments(settings, "files", "policies"))
        function = RustFunction(f"{self.pulumi_resource_name}-{binary}", function_args, self._child)
        if settings.get("policies"):
            place = f"{self._place('functions', binary)}: policies"
            policy = pulumi.Output.from_input(settings["policies"]).apply(lambda known: _document(place, known))
            grant(f"{function.name}-may-also", function, policy)
        return function

    def _place(self, argument: str, key: str) -> str:
        return f"{self.pulumi_resource_name}: {argument}[{key!r}]"

    def _function(self, name: str, place: str) -> RustFunction:
        if name not in self._functions:
            raise pulumi.RunError(
                f"{place} names the function {name!r}, which is not in functions: use one of "
                f"{', '.join(self._functions)}, or add it there"
            )
        return self._functions[name]

    def _schedule(self, name: str, schedule: ServiceSchedule) -> None:
        place = self._place("schedules", name)
        _require_settings(place, schedule, ServiceSchedule)
        function = self._function(schedule["function"], place)
        trigger_args = ScheduleTriggerArgs(
            function=function, on_call=self._on_call, **_keyword_arguments(schedule, "function")
        )
        ScheduleTrigger(f"{self.pulumi_resource_name}-{name}", trigger_args, self._child)

    def _queue(self, name: str, queue: ServiceQueue) -> QueueTrigger:
        place = self._place("queues", name)
        _require_settings(place, queue, ServiceQueue)
        function = self._function(queue["function"], place)
        trigger_args = QueueTriggerArgs(
            function=function,
            on_call=self._on_call,
            **_keyword_arguments(queue, "function"),
        )
        return QueueTrigger(f"{self.pulumi_resource_name}-{name}", trigger_args, self._child)


def _require_settings(place: str, settings: Mapping[str, Any], kind: Any) -> None:
    """Refuse unknown settings, and missing ones."""
    require_keys(place, settings, kind.__annotations__)
    for name in sorted(kind.__required_keys__ - settings.keys()):
        raise pulumi.RunError(f"{place} has no {name!r}: add it")


def _keyword_arguments(settings: Mapping[str, Any], *excluded: str) -> dict[str, Any]:
    """Return the settings that are set as keyword arguments.

    Integers arrive as floats from other languages.
    """
    return {
        name: int(value) if isinstance(value, float) else value
        for name, value in settings.items()
        if name not in excluded and value is not None
    }


def _document(place: str, policies: Sequence[Any]) -> str:
    for policy in policies:
        _require_settings(place, policy, Permission)
    return policy_document(*(Statement(**policy) for policy in policies))


def _output(values: Mapping[str, pulumi.Output[str] | None]) -> pulumi.Output[dict[str, str]]:
    # Output.all returns a list for an empty map.
    return cast("pulumi.Output[dict[str, str]]", pulumi.Output.from_input(dict(values)))
