"""Reads a stack's configuration from its files, as the Pulumi CLI passes it to a program."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml

from .errors import LocalError

STACK = "local"
"""Name of the stack on the emulator."""


@dataclass(frozen=True, kw_only=True)
class StackConfig:
    """The configuration of one stack of the project."""

    project: str
    stack: str
    values: Mapping[str, str]
    """Values by full key, such as `aws:region`, including defaults of `Pulumi.yaml`."""
    main: str = "."
    """Folder or file of the program, relative to `Pulumi.yaml`."""

    @property
    def region(self) -> str:
        """The stack's AWS region.

        Raises:
            LocalError: it has none.
        """
        try:
            return self.values["aws:region"]
        except KeyError:
            raise LocalError(f"Pulumi.{self.stack}.yaml has no aws:region: add `aws:region: us-east-1`") from None

    def sent_to(self, url: str) -> "StackConfig":
        """Return the configuration with `url` as the endpoint of every service that has one."""
        endpoints = redirected(json.loads(self.values.get("aws:endpoints", "[]")), url)
        return dataclasses.replace(self, values={**self.values, "aws:endpoints": json.dumps(endpoints)})


def redirected(endpoints: Sequence[Mapping[str, str]], url: str) -> list[dict[str, str]]:
    """Return the value of `aws:endpoints` with `url` for each service."""
    return [dict.fromkeys(sorted({service for services in endpoints for service in services}), url)]


def read_stack_config(root: Path, stack: str) -> StackConfig:
    """Read the configuration of a stack of the program at `root`.

    Raises:
        LocalError: a file is missing or invalid.
    """
    return _merged(root, stack, _read_values(root, stack))


def local_stack_config(root: Path, stack: str) -> StackConfig:
    """Read the configuration of the local stack, whose file and region are optional.

    Raises:
        LocalError: a file is invalid, a value is encrypted, or the program does not exist.
    """
    values = _read_values(root, stack) if (root / f"Pulumi.{stack}.yaml").exists() else {}
    for key, value in values.items():
        if _is_encrypted(value):
            raise LocalError(
                f"{key} is encrypted; local runs cannot decrypt it: write a plain value in Pulumi.{stack}.yaml"
            )
    config = _merged(root, stack, values)
    return dataclasses.replace(config, values={"aws:region": "us-east-1", **config.values})


def _read_values(root: Path, stack: str) -> Mapping[str, Any]:
    file = root / f"Pulumi.{stack}.yaml"
    return _mapping(_read_yaml(file).get("config"), f"config in {file.name}")


def _merged(root: Path, stack: str, values: Mapping[str, Any]) -> StackConfig:
    project = _read_yaml(root / "Pulumi.yaml")
    name = project.get("name")
    if not isinstance(name, str):
        raise LocalError(f"Pulumi.yaml in {root} has no name of the project: add one, such as `name: shop`")
    schemas = _mapping(project.get("config"), "config in Pulumi.yaml")
    stated = {key: _value(schema) for key, schema in schemas.items()}
    defaults = {key: value for key, value in stated.items() if value is not None and not key.startswith("pulumi:")}
    merged = {_full_key(key, name): _as_text(value) for source in (defaults, values) for key, value in source.items()}
    return StackConfig(project=name, stack=stack, values=merged, main=str(project.get("main") or "."))


def _value(schema: Any) -> Any:
    """Return the value or default of a key in `Pulumi.yaml`."""
    return schema.get("default", schema.get("value")) if isinstance(schema, dict) else schema


def _is_encrypted(value: object) -> bool:
    """Return whether a value is ciphertext or contains it."""
    if isinstance(value, dict):
        return value.keys() == {"secure"} or any(map(_is_encrypted, value.values()))
    return isinstance(value, list) and any(map(_is_encrypted, value))


def _full_key(key: str, project: str) -> str:
    return key if ":" in key else f"{project}:{key}"


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _read_yaml(path: Path) -> Mapping[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise LocalError(f"{path.name} does not exist in {path.parent}") from None
    except yaml.YAMLError as error:
        raise LocalError(f"{path.name} is not valid YAML: {error}") from None
    return _mapping(content, path.name)


def _mapping(content: object, place: str) -> Mapping[str, Any]:
    if not isinstance(content or {}, dict):
        raise LocalError(f"{place} is not a mapping: write keys and values, such as `key: value`")
    return cast("dict[str, Any]", content or {})
