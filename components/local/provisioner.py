"""The local engine: creates, updates and replaces resources, in the order in which the SDK registers them.

The state is stored in the emulator, so it ends with the emulator. Unchanged resources are skipped. A changed resource
is updated or replaced; its dependents get new inputs from it, so they follow.
"""

import json
import threading
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from graphlib import TopologicalSorter
from typing import Any

import pulumi
from botocore.exceptions import ClientError
from pulumi.runtime.mocks import MockMonitor

from .errors import LocalError
from .invokes import invoke
from .resources import KINDS
from .resources.kind import Context, Kind, Made, Properties
from .resources.s3 import location

MEMORY = "rust-serverless-local"
"""S3 bucket in the emulator that stores the local stack's state."""
READERS = 8
GONE = ("NotFound", "NoSuch", "NonExistent", "DoesNotExist")
"""Parts of AWS error codes for resources that do not exist."""


@dataclass(frozen=True, kw_only=True)
class Remembered:
    """A resource of an earlier run."""

    dependencies: Collection[str]
    """URNs of the resources that it depends on."""
    inputs: Properties
    id: str
    outputs: Properties

    @property
    def made(self) -> Made:
        """The resource itself."""
        return Made(id=self.id, outputs=self.outputs)


class Memory:
    """The resources of earlier runs, by URN."""

    def __init__(self, context: Context) -> None:
        """Read the state.

        Raises:
            LocalError: another version of this program wrote it.
        """
        self._s3 = context.client("s3")
        if MEMORY not in {bucket["Name"] for bucket in self._s3.list_buckets()["Buckets"]}:
            self._s3.create_bucket(Bucket=MEMORY, **location(context.region))
        self._lock = threading.Lock()
        with ThreadPoolExecutor(READERS) as readers:
            self._resources = dict(readers.map(lambda urn: (urn, self._recall(urn)), self._urns()))

    def get(self, urn: str) -> Remembered | None:
        """Return a resource of an earlier run, or None."""
        return self._resources.get(urn)

    def remember(self, urn: str, resource: Remembered) -> None:
        """Store a resource that exists."""
        with self._lock:
            self._resources[urn] = resource
        self._s3.put_object(Bucket=MEMORY, Key=urn, Body=json.dumps(asdict(resource)))

    def forget(self, urn: str) -> None:
        """Remove a deleted resource from the state."""
        with self._lock:
            del self._resources[urn]
        self._s3.delete_object(Bucket=MEMORY, Key=urn)

    def functions(self) -> dict[str, str]:
        """Return the physical names of the functions, by the name of their component."""
        return {
            urn.split("::")[-1].removesuffix("-function"): known.id
            for urn, known in sorted(self._resources.items())
            if urn.split("::")[2].endswith("aws:lambda/function:Function")
        }

    def others_than(self, urns: Collection[str]) -> Mapping[str, Remembered]:
        """Return the resources that are not in `urns`, dependents first."""
        others = {urn: known for urn, known in self._resources.items() if urn not in urns}
        order = TopologicalSorter({urn: others.keys() & known.dependencies for urn, known in others.items()})
        return {urn: others[urn] for urn in reversed([*order.static_order()])}

    def _urns(self) -> list[str]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=MEMORY)
        return [item["Key"] for page in pages for item in page.get("Contents", [])]

    def _recall(self, urn: str) -> Remembered:
        try:
            return Remembered(**json.load(self._s3.get_object(Bucket=MEMORY, Key=urn)["Body"]))
        except (TypeError, ValueError):
            raise LocalError(
                "the running emulator holds resources of another version of this program: run `make down`, then "
                "this again"
            ) from None


class Provisioner(pulumi.runtime.Mocks):
    """The SDK expects a mock of the engine here; this one creates real resources in the emulator."""

    def __init__(self, context: Context, memory: Memory) -> None:
        """Create resources in `context`."""
        self._context = context
        self._memory = memory
        self._lock = threading.Lock()
        self._declared: set[str] = set()
        self._registering = threading.local()
        self.changes: list[str] = []
        """The changes, in order."""

    def declare(self, urn: str, dependencies: Collection[str]) -> None:
        """Store the URN and dependencies of the resource that this thread registers next.

        Raises:
            LocalError: the program declares the URN twice.
        """
        with self._lock:
            if urn in self._declared:
                typ, name = urn.split("::")[2:]
                raise LocalError(
                    f"the program declares {name} of type {typ.split('$')[-1]} twice, which Pulumi refuses: give each "
                    f"resource a name of its own ({urn})"
                )
            self._declared.add(urn)
        self._registering.urn = urn
        self._registering.dependencies = sorted(dependencies)

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict[str, Any]:  # type: ignore[override]
        """Answer an invoke as the provider does for the emulator's account."""
        return invoke(self._context, args.token, args.args)

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Create, update or skip a resource, and return its id and outputs."""
        if not args.custom:
            return None, args.inputs
        inputs = _revealed(args.inputs)
        kind = KINDS.get(args.typ)
        if kind is None:
            raise LocalError(
                f"a local run does not know {args.typ}, the type of {args.name}: see KINDS in local/resources"
            )
        urn, dependencies = self._registering.urn, self._registering.dependencies
        known = self._memory.get(urn)
        if known and known.inputs == inputs and self._exists(kind, known):
            if known.dependencies != dependencies:
                self._memory.remember(urn, replace(known, dependencies=dependencies))
            return known.id, {**inputs, **known.outputs}
        made = self._make(kind, args.name, inputs, known)
        self._memory.remember(urn, Remembered(dependencies=dependencies, inputs=inputs, **asdict(made)))
        self.changes.append(f"{'updated' if known else 'made'} {args.name}")
        return made.id, {**inputs, **made.outputs}

    def remove_undeclared(self) -> None:
        """Delete the resources of earlier runs that this run did not declare."""
        for urn, known in self._memory.others_than(self._declared).items():
            typ, name = urn.split("::")[2:]
            self._context.report(f"removing {name}")
            self._delete(KINDS[typ.split("$")[-1]], known)
            self._memory.forget(urn)
            self.changes.append(f"removed {name}")

    def _make(self, kind: Kind, name: str, inputs: Properties, known: Remembered | None) -> Made:
        if known and kind.update and all(known.inputs.get(key) == inputs.get(key) for key in kind.replaced_by):
            self._context.report(f"updating {name}")
            try:
                return kind.update(self._context, known.made, inputs)
            except ClientError as error:
                if not _is_gone(error):
                    raise
        self._context.report(f"making {name}")
        made = kind.create(self._context, name, inputs)
        if known and known.id != made.id:
            self._delete(kind, known)
        return made

    def _exists(self, kind: Kind, known: Remembered) -> bool:
        if kind.read is None:
            return True
        try:
            kind.read(self._context, known.made)
        except ClientError as error:
            if _is_gone(error):
                return False
            raise
        return True

    def _delete(self, kind: Kind, known: Remembered) -> None:
        """Delete a resource, unless it no longer exists."""
        try:
            kind.delete(self._context, known.made)
        except ClientError as error:
            if not _is_gone(error):
                raise


class LocalMonitor(MockMonitor):
    """Passes the URN and dependencies to the provisioner, which `Mocks.new_resource` does not receive."""

    def __init__(self, provisioner: Provisioner) -> None:
        """Register resources with a provisioner."""
        super().__init__(provisioner)
        self._provisioner = provisioner

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 (the name of the RPC)
        """Declare the resource, then create it."""
        if request.type != "pulumi:pulumi:Stack":
            urn = self.make_urn(request.parent, request.type, request.name)
            self._provisioner.declare(urn, {*request.dependencies, request.parent})
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]


def _is_gone(error: ClientError) -> bool:
    code = str(error.response["Error"]["Code"])
    return code == "404" or any(part in code for part in GONE)


def _revealed(value: Any) -> Any:
    """Return inputs with secrets as plain values; the SDK wraps them for the engine."""
    value = pulumi.runtime.rpc.unwrap_rpc_secret(value)
    if isinstance(value, dict):
        return {name: _revealed(item) for name, item in value.items()}
    return [_revealed(item) for item in value] if isinstance(value, list) else value
