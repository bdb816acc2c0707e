"""Makes what the program declares, in the order that the SDK asks for it.

What was made is remembered in the emulator itself, so that it is forgotten with it. An unchanged resource is left
alone; a changed one is updated or made again, and since that gives its dependents other inputs, they follow.
"""

import json
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

import pulumi

from local.errors import LocalError
from local.resources import KINDS
from local.resources.kind import Context, Made, Properties

MEMORY = "rust-serverless-local"
"""The bucket in the emulator that remembers."""
READERS = 8


@dataclass(frozen=True, kw_only=True)
class Remembered:
    """A resource of an earlier run."""

    number: int
    """Counts up: dependents come after what they depend on."""
    inputs: Properties
    id: str
    outputs: Properties

    @property
    def made(self) -> Made:
        """The resource itself."""
        return Made(id=self.id, outputs=self.outputs)


class Memory:
    """The resources of earlier runs, by `type::name`."""

    def __init__(self, context: Context) -> None:
        """Recall them."""
        self._s3 = context.client("s3")
        if MEMORY not in {bucket["Name"] for bucket in self._s3.list_buckets()["Buckets"]}:
            self._s3.create_bucket(Bucket=MEMORY)
        self._lock = threading.Lock()
        with ThreadPoolExecutor(READERS) as readers:
            self._resources = dict(readers.map(lambda key: (key, self._recall(key)), self._keys()))

    def get(self, key: str) -> Remembered | None:
        """Return what is remembered of a resource."""
        return self._resources.get(key)

    def remember(self, key: str, inputs: Properties, made: Made) -> None:
        """Remember a resource that exists."""
        with self._lock:
            # A resource stays in its place: what uses it comes after it, and is removed before it.
            last = max((known.number for known in self._resources.values()), default=0)
            number = self._resources[key].number if key in self._resources else last + 1
            self._resources[key] = Remembered(number=number, inputs=inputs, **asdict(made))
        self._s3.put_object(Bucket=MEMORY, Key=key, Body=json.dumps(asdict(self._resources[key])))

    def forget(self, key: str) -> None:
        """Forget a resource that is gone."""
        with self._lock:
            del self._resources[key]
        self._s3.delete_object(Bucket=MEMORY, Key=key)

    def others_than(self, keys: set[str]) -> Mapping[str, Remembered]:
        """Return what is remembered besides `keys`, dependents first."""
        others = {key: known for key, known in self._resources.items() if key not in keys}
        return dict(sorted(others.items(), key=lambda item: -item[1].number))

    def _keys(self) -> list[str]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=MEMORY)
        return [item["Key"] for page in pages for item in page.get("Contents", [])]

    def _recall(self, key: str) -> Remembered:
        return Remembered(**json.load(self._s3.get_object(Bucket=MEMORY, Key=key)["Body"]))


class Provisioner(pulumi.runtime.Mocks):
    """Stands where the SDK expects a mock of the engine, and really makes each resource."""

    def __init__(self, context: Context, memory: Memory) -> None:
        """Make resources in `context`."""
        self._context = context
        self._memory = memory
        self._declared: set[str] = set()
        self.changes: list[str] = []
        """What was done, in order."""

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict[str, Any]:  # type: ignore[override]
        """Refuse invokes: the program has none, and a made-up answer would be worse than this error."""
        raise LocalError(f"the program calls {args.token}, which local/ does not know")

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Bring a resource to its inputs, and return its id and outputs."""
        if not args.custom:
            return None, args.inputs
        inputs = _plain(args.inputs)
        kind = KINDS.get(args.typ)
        if kind is None:
            raise LocalError(
                f"local/resources does not know {args.typ}, the type of {args.name}: add it to KINDS there"
            )
        key = f"{args.typ}::{args.name}"
        if key in self._declared:
            raise LocalError(
                f"the program declares {args.name} of type {args.typ} twice: give one of them another name"
            )
        self._declared.add(key)
        known = self._memory.get(key)
        if known and known.inputs == inputs:
            return known.id, {**inputs, **known.outputs}
        if known and kind.update:
            self._context.report(f"updating {args.name}")
            made = kind.update(self._context, known.made, inputs)
        else:
            self._context.report(f"making {args.name}")
            made = kind.create(self._context, args.name, inputs)
            if known:
                kind.delete(self._context, known.made)
        self._memory.remember(key, inputs, made)
        self.changes.append(f"{'updated' if known else 'made'} {args.name}")
        return made.id, {**inputs, **made.outputs}

    def remove_undeclared(self) -> None:
        """Remove what an earlier run made and this one did not declare."""
        for key, known in self._memory.others_than(self._declared).items():
            typ, name = key.split("::")
            self._context.report(f"removing {name}")
            KINDS[typ].delete(self._context, known.made)
            self._memory.forget(key)
            self.changes.append(f"removed {name}")


def _plain(value: Any) -> Any:
    """Return inputs without the envelopes that mark secrets on the way to an engine."""
    value = pulumi.runtime.rpc.unwrap_rpc_secret(value)
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
