"""Records the resources that components or the program declare, without an engine."""

import dataclasses
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pulumi
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks

from components.local.program import run_declarations, run_program
from components.local.stack_config import StackConfig, read_stack_config

ROOT = Path(__file__).parent.parent
Result = TypeVar("Result")
NO_CONFIG = StackConfig(project="rust-serverless", stack="test", values={})


def function_arn(name: str) -> str:
    """Return the ARN of a recorded function or alias."""
    return f"arn:aws:lambda:eu-west-1:123456789012:function:{name}"


def queue_arn(name: str) -> str:
    """Return the ARN of a recorded queue."""
    return f"arn:aws:sqs:eu-west-1:123456789012:{name}"


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A declared resource."""

    urn: str
    typ: str
    name: str
    inputs: Mapping[str, Any]
    parent: str
    """URN of the parent; empty when there is none."""
    depends_on: tuple[str, ...]
    """URNs, including those of inputs."""
    custom: bool
    ignored: tuple[str, ...]
    """Inputs whose changes the engine ignores."""
    protect: bool
    """Whether the engine refuses to delete it."""
    aliases: tuple[str, ...]
    """Former URNs, except those that are given as names."""
    provider: str
    """Reference of its provider; empty for the default one."""


@dataclass
class Recording(Mocks):
    """Every resource of one run, in the order of declaration."""

    resources: list[Recorded] = field(default_factory=list)

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """Return outputs like the provider's, so that dependents get ARNs and names."""
        outputs = {"arn": f"arn:aws:test:::{args.name}", "name": args.name, "bucket": args.name}
        extra: dict[str, dict[str, Any]] = {
            "aws:apigatewayv2/api:Api": {
                "apiEndpoint": "https://abc.execute-api.eu-west-1.amazonaws.com",
                "executionArn": "arn:aws:execute-api:eu-west-1:123456789012:abc",
            },
            "aws:acm/certificate:Certificate": {
                "domainValidationOptions": [
                    {"resourceRecordName": "_x", "resourceRecordType": "CNAME", "resourceRecordValue": "_y"}
                ]
            },
            "aws:dynamodb/table:Table": {"streamArn": f"arn:aws:test:::{args.name}/stream/1"},
            "aws:s3/bucket:Bucket": {"bucketRegionalDomainName": f"{args.name}.s3.eu-west-1.amazonaws.com"},
            "aws:sqs/queue:Queue": {
                "arn": queue_arn(args.name),
                "url": f"https://sqs.eu-west-1.amazonaws.com/123456789012/{args.name}",
            },
            "aws:kms/key:Key": {"keyId": f"{args.name}-id"},
            "aws:lambda/alias:Alias": {
                "arn": function_arn(args.name),
                "invokeArn": f"arn:aws:apigateway:::{args.name}/invocations",
            },
            "aws:lambda/function:Function": {
                "arn": function_arn(args.name),
                "invokeArn": f"arn:aws:apigateway:::{args.name}/invocations",
                "version": "1",
                "codeSha256": "Zm9v",
            },
        }
        return f"{args.name}-id", {**outputs, **extra.get(args.typ, {}), **args.inputs}

    def call(self, args: MockCallArgs) -> dict[str, Any]:  # type: ignore[override]
        """Return the region and an empty account id, and refuse other lookups."""
        if args.token.endswith(":getCallerIdentity"):
            return {"accountId": ""}
        if args.token.endswith(":getRegion"):
            return {"region": "eu-west-1"}
        if args.token.endswith(":getApi"):
            arn = f"arn:aws:execute-api:eu-west-1:123456789012:{args.args['apiId']}"
            return {"apiId": args.args["apiId"], "executionArn": arn, "apiEndpoint": "https://example.com"}
        if args.token.endswith(":getFunction"):
            name = args.args["functionName"]
            arn = f"arn:aws:lambda:eu-west-1:123456789012:function:{name}"
            return {"functionName": name, "arn": arn, "role": f"arn:aws:iam::123456789012:role/service-role/{name}"}
        raise AssertionError(f"unexpected call of {args.token}")

    def of_type(self, typ: str) -> list[Recorded]:
        """Return the resources of a type."""
        return [resource for resource in self.resources if resource.typ == typ]

    def named(self, name: str) -> Recorded:
        """Return the one custom resource with a logical name."""
        (found,) = [resource for resource in self.resources if resource.name == name and resource.custom]
        return found


class RecordingMonitor(MockMonitor):
    """Records parents and dependencies, which `Mocks.new_resource` does not receive."""

    def __init__(self, recording: Recording) -> None:
        """Record into a recording."""
        super().__init__(recording)
        self._recording = recording

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 (the name of the RPC)
        if request.type != "pulumi:pulumi:Stack":
            self._recording.resources.append(
                Recorded(
                    urn=self.make_urn(request.parent, request.type, request.name),
                    typ=request.type,
                    name=request.name,
                    inputs=pulumi.runtime.rpc.deserialize_properties(request.object),
                    parent=request.parent,
                    depends_on=tuple(request.dependencies),
                    custom=request.custom,
                    ignored=tuple(request.ignoreChanges),
                    protect=request.protect,
                    aliases=tuple(alias.urn for alias in request.aliases if alias.urn),
                    provider=request.provider,
                )
            )
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]


def on_a_short_stack(run: Callable[[], Result]) -> Result:
    """Call `run` in a new thread: the SDK walks the stack for each resource, and pytest's is long."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(run).result()


def record(declare: Callable[[], object], *, config: StackConfig = NO_CONFIG, preview: bool = False) -> Recording:
    """Run `declare`, and return the declared resources."""
    recording = Recording()
    monitor = RecordingMonitor(recording)
    on_a_short_stack(lambda: run_declarations(lambda: _discard(declare()), config, monitor, preview=preview))
    return recording


def record_program(
    stack: str, *, root: Path = ROOT, config: Mapping[str, str | None] | None = None, preview: bool = False
) -> tuple[Recording, dict[str, Any]]:
    """Run the program with a stack's configuration, and return the declared resources and the outputs.

    `config` overrides values by their full key; None removes one. The program of this repository runs once for each
    configuration, so callers must not change the result.
    """
    record = _recorded if root == ROOT else _recorded.__wrapped__
    return record(stack, root, tuple((config or {}).items()), preview)


@cache
def _recorded(
    stack: str, root: Path, config: tuple[tuple[str, str | None], ...], preview: bool
) -> tuple[Recording, dict[str, Any]]:
    recording = Recording()
    read = read_stack_config(ROOT, stack)
    values = {key: value for key, value in {**read.values, **dict(config)}.items() if value is not None}
    monitor = RecordingMonitor(recording)
    settings = dataclasses.replace(read, values=values)
    return recording, on_a_short_stack(lambda: run_program(root, settings, monitor, preview=preview))


def _discard(_: object) -> None:
    return None
