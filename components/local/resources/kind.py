"""The interface of a resource kind, and helpers for requests, names and keys."""

import functools
import secrets
import threading
from collections.abc import Callable, Collection, Mapping
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
    """The emulator that resources are created in, and the program that declares them."""

    root: Path
    """Folder of the program."""
    region: str
    endpoint: str
    report: Callable[[str], None]
    """Reports the current step."""

    def client(self, service: str) -> Any:
        """Return a boto3 client of the emulator."""
        with _creation:
            return _client(service, self.region, self.endpoint)


_creation = threading.Lock()
"""boto3 clients are thread-safe, but their creation is not."""


@functools.cache
def _client(service: str, region: str, endpoint: str) -> Any:
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=endpoint,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        config=Config(retries={"total_max_attempts": 1}, read_timeout=60),
    )


@dataclass(frozen=True, kw_only=True)
class Created:
    """The result of creating or updating a resource."""

    id: str
    outputs: Properties
    """Outputs besides the inputs."""


@dataclass(frozen=True, kw_only=True)
class Resource(Created):
    """A resource in the local stack's state."""

    inputs: Properties
    dependencies: Collection[str]
    """URNs of the resources that it depends on."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How to create, update and delete one type of resource."""

    create: Callable[[Context, str, Properties], Created]
    """Creates a resource from its logical name and its inputs."""
    delete: Callable[[Context, Resource], object]
    update: Callable[[Context, Resource, Properties], Created] | None = None
    """Updates a resource in place to new inputs. Without it, a changed resource is replaced: the new one is created
    before the old one is deleted."""
    replaced_by: tuple[str, ...] = ()
    """Inputs that cannot be updated in place, by the provider's schema."""
    named_by: str = "name"
    """Input that sets the physical name. When it is set, the old resource is deleted before its replacement is created,
    as Pulumi's engine does."""
    read: Callable[[Context, Resource], object] | None = None
    """Reads a resource; fails if it was deleted. Set for types that people delete by hand."""


def request(service: str, operation: str, **arguments: str) -> Callable[[Context, Resource], object]:
    """Return a request to AWS about a resource.

    `arguments` maps names in the request to `id`, an output or an input; those that are not set are omitted.
    """

    def send(context: Context, resource: Resource) -> object:
        properties = {**resource.inputs, **resource.outputs, "id": resource.id}
        values = {name: properties.get(source) for name, source in arguments.items()}
        sent = {name: value for name, value in values.items() if value is not None}
        return getattr(context.client(service), operation)(**sent)

    return send


def put_kind(
    put: Callable[[Context, Properties], object],
    delete: Callable[[Context, Resource], object],
    *,
    identified_by: str,
) -> Kind:
    """Return a kind that one request creates and updates, and whose id is the input `identified_by`."""

    def create(context: Context, _: str, inputs: Properties) -> Created:
        put(context, inputs)
        return Created(id=inputs[identified_by], outputs={})

    return Kind(
        create=create,
        update=lambda context, _, inputs: create(context, "", inputs),
        delete=delete,
        replaced_by=(identified_by,),
    )


def setting_kind(
    put: Callable[[Context, str, Any], object],
    value: Callable[[Properties], Any],
    *,
    unset: Any,
    identified_by: str,
) -> Kind:
    """Return the kind of a setting that no request deletes: `put` sets its value, and `unset` when it is deleted.

    `put` takes the resource that has the setting, which the input `identified_by` names.
    """
    return put_kind(
        lambda context, inputs: put(context, inputs[identified_by], value(inputs)),
        lambda context, resource: put(context, resource.id, unset),
        identified_by=identified_by,
    )


def state_only(outputs: Callable[[str, Properties], Properties]) -> Kind:
    """Return a kind that exists in the state only; `outputs` are computed from its name and inputs."""
    return Kind(
        create=lambda _, name, inputs: Created(id=name, outputs=outputs(name, inputs)),
        update=lambda _, resource, inputs: Created(id=resource.id, outputs=outputs(resource.id, inputs)),
        delete=lambda *_: None,
    )


def physical_name(logical_name: str, inputs: Properties, named_by: str = "name") -> str:
    """Return the name that the input `named_by` sets, or one as the engine's auto-naming makes it.

    That is the logical name and seven random hexadecimal digits, after the input with the suffix `Prefix`.
    """
    name: str | None = inputs.get(named_by)
    return name or f"{inputs.get(f'{named_by}Prefix') or ''}{logical_name}-{secrets.token_hex(4)[:7]}"


def pascal(value: Any) -> Any:
    """Convert the provider's camelCase keys to the AWS API's PascalCase, at every depth."""
    if isinstance(value, Mapping):
        return {pascal_name(key): pascal(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [pascal(item) for item in value]
    return value


def pascal_name(name: str) -> str:
    """Convert one camelCase name to PascalCase."""
    return name[0].upper() + name[1:]


def chosen(inputs: Properties, *names: str) -> dict[str, Any]:
    """Return the named inputs that are set, with PascalCase keys.

    All numbers arrive as floats. Whole ones are converted to integers, which the AWS API requires.
    """
    return dict(whole_numbers(pascal({name: inputs[name] for name in names if inputs.get(name) is not None})))


def whole_numbers(value: Any) -> Any:
    """Convert floats that are whole numbers to integers, at every depth."""
    if isinstance(value, dict):
        return {key: whole_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [whole_numbers(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
