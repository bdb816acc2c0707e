"""The interface of a resource kind, and helpers for names and keys."""

import functools
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from ..isolation import CREDENTIALS

Properties = Mapping[str, Any]
"""Inputs or outputs under the provider's camelCase names."""

ACCOUNT = "000000000000"
"""The emulator's only account."""


@dataclass(frozen=True, kw_only=True)
class Context:
    """Where resources are made."""

    root: Path
    """Folder of the program."""
    region: str
    endpoint: str
    report: Callable[[str], None]
    """Says what is being done right now."""

    def client(self, service: str) -> Any:
        """Open a client of the emulator; it can reach nothing else."""
        with _opening:
            return _open(service, self.region, self.endpoint)


_opening = threading.Lock()
"""Clients may be used by several threads, and not be opened by them."""


@functools.cache
def _open(service: str, region: str, endpoint: str) -> Any:
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=endpoint,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        config=Config(retries={"total_max_attempts": 1}, read_timeout=60),
    )


@dataclass(frozen=True, kw_only=True)
class Made:
    """A resource that exists."""

    id: str
    outputs: Properties
    """Outputs for the program, besides the inputs."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How to make, change and remove one type of resource."""

    create: Callable[[Context, str, Properties], Made]
    """Make it from the logical name and the inputs."""
    delete: Callable[[Context, Made], object]
    """Remove it."""
    update: Callable[[Context, Made, Properties], Made] | None = None
    """Change it in place to new inputs. A kind without it is replaced: created again, and then the old one deleted."""
    replaced_by: tuple[str, ...] = ()
    """Inputs that cannot change in place, by the provider's schema."""
    read: Callable[[Context, Made], object] | None = None
    """Look it up; fails when somebody has deleted it. Set for what a person deletes by hand."""


def by_id(service: str, operation: str, argument: str) -> Callable[[Context, Made], object]:
    """Return a request to AWS that takes the id of the resource and nothing else."""
    return lambda context, made: getattr(context.client(service), operation)(**{argument: made.id})


def put_kind(
    put: Callable[[Context, Properties], Made],
    delete: Callable[[Context, Made], object],
    *,
    replaced_by: tuple[str, ...],
) -> Kind:
    """Return a kind that one request creates and updates."""
    return Kind(
        create=lambda context, _, inputs: put(context, inputs),
        update=lambda context, _, inputs: put(context, inputs),
        delete=delete,
        replaced_by=replaced_by,
    )


def physical_name(logical_name: str) -> str:
    """Return a name as the engine's auto-naming makes it: the logical name and seven random hexadecimal digits."""
    return f"{logical_name}-{secrets.token_hex(4)[:7]}"


def pascal(value: Any) -> Any:
    """Turn the provider's camelCase keys into the AWS API's PascalCase, at every depth."""
    if isinstance(value, Mapping):
        return {pascal_name(key): pascal(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [pascal(item) for item in value]
    return value


def pascal_name(name: str) -> str:
    """Turn one camelCase name into PascalCase."""
    return name[0].upper() + name[1:]


def chosen(inputs: Properties, *names: str) -> dict[str, Any]:
    """Return the named inputs that are set, with PascalCase keys."""
    return dict(pascal({name: inputs[name] for name in names if inputs.get(name) is not None}))
