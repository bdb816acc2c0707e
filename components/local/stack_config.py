"""Reads a stack's configuration from its files, as the Pulumi CLI passes it to a program."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
        LocalError: a file is missing or is not YAML.
    """
    return _merged(root, stack, _read_yaml(root / f"Pulumi.{stack}.yaml").get("config") or {})


def local_stack_config(root: Path, stack: str) -> StackConfig:
    """Read the configuration of the local stack, whose file is optional.

    Raises:
        LocalError: a file is not YAML, or there is no program.
    """
    if (root / f"Pulumi.{stack}.yaml").exists():
        return read_stack_config(root, stack)
    return _merged(root, stack, {"aws:region": "us-east-1"})


def _merged(root: Path, stack: str, values: Mapping[str, Any]) -> StackConfig:
    project = _read_yaml(root / "Pulumi.yaml")
    name = project["name"]
    stated = {key: _value(schema) for key, schema in (project.get("config") or {}).items()}
    defaults = {key: value for key, value in stated.items() if value is not None and not key.startswith("pulumi:")}
    merged = {_full_key(key, name): _as_text(value) for source in (defaults, values) for key, value in source.items()}
    return StackConfig(project=name, stack=stack, values=merged)


def _value(schema: Any) -> Any:
    """Return the value or default of a key in `Pulumi.yaml`."""
    return schema.get("default", schema.get("value")) if isinstance(schema, dict) else schema


def _full_key(key: str, project: str) -> str:
    return key if ":" in key else f"{project}:{key}"


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except FileNotFoundError:
        raise LocalError(f"{path.name} does not exist in {path.parent}") from None
    except yaml.YAMLError as error:
        raise LocalError(f"{path.name} is not valid YAML: {error}") from None
    return content
