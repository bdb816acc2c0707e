"""Checks recorded resources against Terraform's AWS provider, which Pulumi's provider bridges."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.recording import Recorded

PROVIDER = {"terraform": {"required_providers": {"aws": {"source": "hashicorp/aws"}}}}
AUTOMATIC = {"alarm_name", "function_name", "name"}
"""Required arguments that Pulumi's engine fills in."""

RENAMED = {("aws_lambda_permission", "function"): "function_name"}
"""Arguments that Pulumi names differently, apart from their case and their plural."""


@dataclass(frozen=True, kw_only=True)
class Terraform:
    """A folder with the provider installed."""

    folder: Path
    schemas: Mapping[str, Any]
    """Schema of each resource type, as `terraform providers schema -json` prints it."""

    @classmethod
    def installed(cls, folder: Path) -> "Terraform":
        """Install the newest AWS provider that Terraform finds."""
        assert shutil.which("terraform"), (
            "terraform is not on the PATH: install it (https://developer.hashicorp.com/terraform/install)"
        )
        (folder / "main.tf.json").write_text(json.dumps(PROVIDER))
        _run(folder, "init", "-input=false")
        (schemas,) = json.loads(_run(folder, "providers", "schema", "-json"))["provider_schemas"].values()
        return cls(folder=folder, schemas=schemas["resource_schemas"])

    def problems(self, resources: Iterable[Recorded]) -> list[str]:
        """Return what `terraform validate` reports about the AWS resources, each with the logical name."""
        declared: dict[str, dict[str, Any]] = {}
        for resource in resources:
            if resource.typ.startswith("aws:"):
                typ = self._type(resource.typ)
                names = declared.setdefault(typ, {})
                block = self.schemas[typ]["block"]
                automatic = {
                    name: resource.name for name in AUTOMATIC if block["attributes"].get(name, {}).get("required")
                }
                arguments = automatic | _arguments(typ, block, resource.inputs)
                names[f"_{len(names)}"] = (resource.name, arguments)
        written = {typ: {key: inputs for key, (_, inputs) in names.items()} for typ, names in declared.items()}
        (self.folder / "main.tf.json").write_text(json.dumps({**PROVIDER, "resource": written}))
        report = json.loads(_run(self.folder, "validate", "-json", succeeds=False))
        return [_sentence(problem, declared) for problem in report["diagnostics"] if problem["severity"] == "error"]

    def _type(self, token: str) -> str:
        """Return Terraform's name of a Pulumi type, such as `aws_sqs_queue` of `aws:sqs/queue:Queue`."""
        _, module, name = token.split(":")
        service = module.partition("/")[0]
        squeezed = {typ.replace("_", ""): typ for typ in self.schemas}
        return next(squeezed[typ] for typ in (f"aws{service}{name}".lower(), f"aws{name}".lower()) if typ in squeezed)


def _arguments(typ: str, block: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    blocks = block.get("block_types", {})
    known = {*block.get("attributes", {}), *blocks}
    arguments = {}
    for key, value in inputs.items():
        name = RENAMED.get((typ, key), _snake(key))
        name = name if name in known else name.removesuffix("s")
        arguments[name] = _nested(typ, blocks[name]["block"], value) if name in blocks else value
    return arguments


def _nested(typ: str, block: Mapping[str, Any], value: Any) -> Any:
    if isinstance(value, list):
        return [_nested(typ, block, item) for item in value]
    return _arguments(typ, block, value) if isinstance(value, Mapping) else value


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _sentence(problem: Mapping[str, Any], declared: Mapping[str, Mapping[str, tuple[str, Any]]]) -> str:
    address = re.search(r"resource\.(\w+)\.(\w+)", problem.get("snippet", {}).get("context") or "")
    name = declared[address[1]][address[2]][0] if address else "the program"
    return f"{name}: {problem['summary']}: {problem['detail']}"


def _run(folder: Path, *arguments: str, succeeds: bool = True) -> str:
    command = ["terraform", *arguments, "-no-color"] if arguments[-1] != "-json" else ["terraform", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert not succeeds or done.returncode == 0, done.stderr
    return done.stdout
