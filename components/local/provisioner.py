"""The local engine: creates, updates and replaces resources, in the order in which the SDK registers them.

Unchanged resources are skipped. A changed resource is updated or replaced; its dependents get new inputs from it, so
they follow.
"""

import contextlib
import json
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, NoReturn

import pulumi
from botocore.exceptions import ClientError, ParamValidationError
from pulumi.runtime.mocks import MockMonitor

from .errors import ONLY_ELSEWHERE, LocalError
from .invokes import invoke
from .resources import KINDS
from .resources.kind import Context, Created, Kind, Properties, Resource

POLICIES = ("assumeRolePolicy", "policy")
"""Inputs that are policies."""
STACK_TYPE = "pulumi:pulumi:Stack"
NOT_FOUND = ("NotFound", "NoSuch", "NonExistent", "DoesNotExist")
"""Parts of AWS error codes for resources that do not exist."""
OTHER_VERSION = (
    "another version of this program started the emulator, or its state was deleted: stop the emulator with `down`, "
    "then run this again"
)


class LocalState:
    """The local stack's state: its resources by URN.

    The file has a line for each change. It is made when the emulator starts, because an emulator starts empty.
    """

    def __init__(self, file: Path) -> None:
        """Read the state.

        Raises:
            LocalError: it is missing, or another version of this program wrote it.
        """
        self._file = file
        self._lock = threading.Lock()
        self._resources: dict[str, Resource] = {}
        try:
            for urn, resource in _changes(file):
                if resource:
                    self._resources[urn] = Resource(**resource)
                else:
                    self._resources.pop(urn, None)
        except (FileNotFoundError, TypeError):
            raise LocalError(OTHER_VERSION) from None

    def get(self, urn: str) -> Resource | None:
        """Return a resource, or None."""
        return self._resources.get(urn)

    def put(self, urn: str, resource: Resource) -> None:
        """Store a resource."""
        with self._lock:
            self._resources[urn] = resource
            self._append(urn, asdict(resource))

    def remove(self, urn: str) -> None:
        """Remove a resource."""
        with self._lock:
            del self._resources[urn]
            self._append(urn, None)

    def move(self, former: str, urn: str) -> None:
        """Change the URN of a resource."""
        self.put(urn, self._resources[former])
        self.remove(former)

    def functions(self) -> dict[str, str]:
        """Return the physical names of the functions, by the name of their component."""
        return {
            _name(urn).removesuffix("-function"): resource.id
            for urn, resource in sorted(self._resources.items())
            if _type(urn) == "aws:lambda/function:Function"
        }

    def undeclared(self, declared: Collection[str]) -> Mapping[str, Resource]:
        """Return the resources whose URNs are not in `declared`, dependents first."""
        others = {urn: resource for urn, resource in self._resources.items() if urn not in declared}
        order = TopologicalSorter({urn: others.keys() & found.dependencies for urn, found in others.items()})
        return {urn: others[urn] for urn in reversed([*order.static_order()])}

    def _append(self, urn: str, resource: Properties | None) -> None:
        with self._file.open("a", encoding="utf-8") as file:
            # A line that was cut off, as when the disk is full, ends here.
            file.write(f"\n{json.dumps([urn, resource])}")


def _changes(file: Path) -> Iterator[tuple[str, Properties | None]]:
    """Return each URN that a state file changes, with the new resource, or None if it was removed."""
    for line in file.read_text(encoding="utf-8").splitlines():
        with contextlib.suppress(ValueError):
            urn, resource = json.loads(line)
            yield urn, resource


class Provisioner(pulumi.runtime.Mocks):
    """The SDK expects a mock of the engine here; this one creates real resources in the emulator."""

    def __init__(self, context: Context, state: LocalState) -> None:
        """Create resources in `context`, and store them in `state`."""
        self._context = context
        self._state = state
        self._lock = threading.Lock()
        self._declared: set[str] = set()
        self._registering = threading.local()
        self.changes: list[str] = []
        """The changes, in order."""

    def declare(self, urn: str, former_urns: Sequence[str], dependencies: Collection[str]) -> None:
        """Store the URN and the dependencies of the resource that this thread registers next.

        If the state has it under one of its former URNs, it moves to the new one.

        Raises:
            LocalError: the program declares the URN twice.
        """
        with self._lock:
            if urn in self._declared:
                raise LocalError(
                    f"the program declares {_name(urn)} of type {_type(urn)} twice: give each resource a unique name "
                    f"({urn})"
                )
            others = (former for former in former_urns if former not in self._declared)
            former = next(filter(self._state.get, others), None)
            if former and not self._state.get(urn):
                self._state.move(former, urn)
            self._declared.add(urn)
        self._registering.urn = urn
        self._registering.dependencies = sorted(dependencies)

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict[str, Any]:  # type: ignore[override]
        """Return the result of a provider function (an invoke)."""
        return invoke(self._context, args.token, args.args)

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Create, update or skip a resource, and return its id and outputs.

        Raises:
            LocalError: the type is not supported, or AWS would refuse the inputs.
        """
        if not args.custom:
            return None, args.inputs
        kind = KINDS.get(args.typ)
        if kind is None:
            raise LocalError(
                f"the local engine does not support {args.typ}, the type of {args.name}: declare it {ONLY_ELSEWHERE}"
            )
        inputs = _with_policies_as_text(_plain(args.inputs, f"{args.name} of type {args.typ}"))
        urn, dependencies = self._registering.urn, self._registering.dependencies
        old = self._state.get(urn)
        existing = old if old and self._exists(kind, old) else None
        if existing and existing.inputs == inputs:
            if existing.dependencies != dependencies:
                self._state.put(urn, replace(existing, dependencies=dependencies))
            return existing.id, {**inputs, **existing.outputs}
        try:
            created = self._create_or_update(kind, args.name, inputs, existing)
        except (ClientError, ParamValidationError) as error:
            raise LocalError(f"{args.name} of type {args.typ} cannot be created or updated: {error}") from None
        new = Resource(id=created.id, outputs=created.outputs, inputs=inputs, dependencies=dependencies)
        self._state.put(urn, new)
        self.changes.append(f"{'updated' if old else 'created'} {args.name}")
        return new.id, {**inputs, **new.outputs}

    def delete_undeclared(self) -> None:
        """Delete the resources of earlier runs that this run did not declare.

        Raises:
            LocalError: a resource cannot be deleted.
        """
        found = {urn: self._state.get(urn) for urn in self._declared}
        declared = {_identity(urn, resource) for urn, resource in found.items() if resource}
        for urn, resource in self._state.undeclared(self._declared).items():
            # A setting, such as the policy of a queue, that has another name in the program now.
            if _identity(urn, resource) not in declared:
                name = _name(urn)
                self._context.report(f"deleting {name}")
                try:
                    self._delete(KINDS[_type(urn)], resource)
                except ClientError as error:
                    problem = f"{name} of type {_type(urn)}, which the program no longer declares, cannot be deleted"
                    raise LocalError(f"{problem}: {error}\n{_deletion_remedy(resource)}") from None
                self.changes.append(f"deleted {name}")
            self._state.remove(urn)

    def _create_or_update(self, kind: Kind, name: str, inputs: Properties, old: Resource | None) -> Created:
        if old and kind.update and all(old.inputs.get(key) == inputs.get(key) for key in kind.replaced_by):
            self._context.report(f"updating {name}")
            try:
                return kind.update(self._context, old, inputs)
            except ClientError as error:
                if not _is_not_found(error):
                    raise
        self._context.report(f"creating {name}")
        if old and inputs.get(kind.named_by) and old.inputs.get(kind.named_by) == inputs[kind.named_by]:
            self._delete(kind, old)
            old = None
        created = kind.create(self._context, name, inputs)
        if old and old.id != created.id:
            self._delete(kind, old)
        return created

    def _exists(self, kind: Kind, resource: Resource) -> bool:
        if kind.read is None:
            return True
        try:
            kind.read(self._context, resource)
        except ClientError as error:
            if _is_not_found(error):
                return False
            raise
        return True

    def _delete(self, kind: Kind, resource: Resource) -> None:
        """Delete a resource, unless it no longer exists."""
        try:
            kind.delete(self._context, resource)
        except ClientError as error:
            if not _is_not_found(error):
                raise


class LocalMonitor(MockMonitor):
    """Passes the URN and dependencies to the provisioner, which `Mocks.new_resource` does not receive."""

    def __init__(self, provisioner: Provisioner) -> None:
        """Register resources with a provisioner."""
        super().__init__(provisioner)
        self._provisioner = provisioner
        self._former_urns: dict[str, Sequence[str]] = {}
        """Former URNs by URN."""

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """Return a URN with the types of all parents, as the engine does; the SDK's mock takes that of one parent."""
        return _urn(pulumi.get_stack(), pulumi.get_project(), parent, type_, name)

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 (the name of the RPC)
        """Declare the resource, then create it.

        Raises:
            LocalError: it has transforms, or it cannot be created.
        """
        if request.transforms:
            self.RegisterStackTransform(request)
        if request.type != STACK_TYPE:
            urn = self.make_urn(request.parent, request.type, request.name)
            self._former_urns[urn] = former = self._formerly(urn, request)
            self._provisioner.declare(urn, former, {*request.dependencies, request.parent})
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]

    def _formerly(self, urn: str, request: Any) -> Sequence[str]:
        """Return the URNs of a resource's aliases, and of those that it inherits from its parent, as the engine does.

        https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/step_generator.go (`generateAliases`)
        """
        own = [*request.aliasURNs, *(_alias_urn(alias, request) for alias in request.aliases)]
        inherited = [
            self.make_urn(former_parent, _type(former), _renamed(_name(former), request.parent, former_parent))
            for former_parent in self._former_urns.get(request.parent, ())
            for former in (urn, *own)
        ]
        return [*dict.fromkeys([*own, *inherited])]

    def RegisterStackTransform(self, _: Any) -> NoReturn:  # noqa: N802 (the name of the RPC)
        """Refuse transforms.

        Raises:
            LocalError: always.
        """
        raise LocalError(f"the local engine does not apply transforms: use them {ONLY_ELSEWHERE}")

    RegisterStackInvokeTransform = RegisterStackTransform

    def RegisterResourceHook(self, _: Any) -> NoReturn:  # noqa: N802 (the name of the RPC)
        """Refuse hooks.

        Raises:
            LocalError: always.
        """
        raise LocalError(f"the local engine does not run hooks of resources: use them {ONLY_ELSEWHERE}")

    RegisterErrorHook = RegisterResourceHook

    def ReadResource(self, request: Any) -> Any:  # noqa: N802 (the name of the RPC)
        """Refuse to read a resource that the program does not manage.

        Raises:
            LocalError: always.
        """
        raise LocalError(
            f"the local engine does not read {request.id!r}, which {request.name} of type {request.type} refers to: "
            f"call a function of the provider, such as aws.dynamodb.get_table_output, or read it {ONLY_ELSEWHERE}"
        )


def _urn(stack: str, project: str, parent: str, typ: str, name: str) -> str:
    types = [*([_types(parent)] if parent and _types(parent) != STACK_TYPE else []), typ]
    return f"urn:pulumi:{stack}::{project}::{'$'.join(types)}::{name}"


def _alias_urn(alias: Any, request: Any) -> str:
    """Return the URN of an alias of a resource; what the alias does not state is as in the resource."""
    if alias.urn:
        return str(alias.urn)
    spec = alias.spec
    stack, project = spec.stack or pulumi.get_stack(), spec.project or pulumi.get_project()
    parent = "" if spec.noParent else spec.parentUrn or request.parent
    return _urn(stack, project, parent, spec.type or request.type, spec.name or request.name)


def _renamed(name: str, parent: str, former_parent: str) -> str:
    """Return the former name of a child, which usually begins with the name of its parent."""
    if parent and name.startswith(_name(parent)):
        return _name(former_parent) + name.removeprefix(_name(parent))
    return name


def _types(urn: str) -> str:
    """Return the types of the resource and its parents."""
    return urn.split("::", 3)[2]


def _type(urn: str) -> str:
    return _types(urn).rpartition("$")[2]


def _name(urn: str) -> str:
    return urn.split("::", 3)[3]


def _identity(urn: str, resource: Resource) -> tuple[str, str]:
    """Return the type of a resource, and what identifies it in AWS."""
    inputs = [resource.inputs.get(name) for name in KINDS[_type(urn)].replaced_by]
    return _type(urn), json.dumps([resource.id, *inputs], sort_keys=True)


def _deletion_remedy(resource: Resource) -> str:
    settings = {resource.inputs.get(name) for name in ("deletionProtection", "deletionProtectionEnabled")}
    change = "without deletion protection" if settings & {True, "ACTIVE"} else "and correct what the error says"
    return (
        f"Declare it again {change}, run this again and then remove it; or stop the emulator, with everything on it, "
        "with `down`"
    )


def _is_not_found(error: ClientError) -> bool:
    code = str(error.response["Error"]["Code"])
    return code == "404" or any(part in code for part in NOT_FOUND)


def _with_policies_as_text(inputs: Properties) -> dict[str, Any]:
    """Convert policies that the program wrote as objects to JSON, as the provider does."""
    texts = {
        name: json.dumps(inputs[name], sort_keys=True) for name in POLICIES if isinstance(inputs.get(name), Mapping)
    }
    return {**inputs, **texts}


def _plain(value: Any, resource: str) -> Any:
    """Return inputs with secrets as plain values; the SDK wraps them for the engine.

    Raises:
        LocalError: an asset or an archive is among them.
    """
    value = pulumi.runtime.rpc.unwrap_rpc_secret(value)
    if isinstance(value, pulumi.Asset | pulumi.Archive):
        raise LocalError(
            f"{resource} has an asset or an archive, which the local engine does not upload: declare it "
            f"{ONLY_ELSEWHERE}"
        )
    if isinstance(value, dict):
        return {name: _plain(item, resource) for name, item in value.items()}
    return [_plain(item, resource) for item in value] if isinstance(value, list) else value
