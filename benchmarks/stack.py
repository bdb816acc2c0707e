"""Deploys the program to an emulator of its own.

The benchmarks use the functions' archives from the bucket, built with the profile `release`, and its DynamoDB.
They run the functions themselves, with their own Runtime API.
"""

import contextlib
import dataclasses
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.section import BenchError
from components.local.emulator import EmulatorHome
from components.local.home import Home
from components.local.resources.kind import Context
from components.local.stack import LocalStack
from components.local.stack_config import STACK, StackConfig, read_stack_config


@dataclass(frozen=True, kw_only=True)
class Function:
    """A deployed function."""

    name: str
    bootstrap: Path
    zip_bytes: int
    memory_mib: int
    variables: Mapping[str, str]
    """Environment variables that the program sets."""


@dataclass(frozen=True, kw_only=True)
class Stack:
    """The deployed program."""

    context: Context
    functions: Mapping[str, Function]
    tables: Mapping[str, str]
    """Physical names by logical name."""
    api_url: str


@contextlib.contextmanager
def running_stack(root: Path, home: Path, report: Callable[[str], None]) -> Iterator[Stack]:
    """Deploy the program to a new emulator, and stop the emulator at the end.

    Raises:
        LocalError: it cannot be deployed.
    """
    with fresh_emulator(home, read_stack_config(root, STACK).region, report):
        stack = LocalStack(root, Home(home), report, released)
        outputs, context = stack.deploy().outputs, stack.context
        _pause_triggers(context)
        functions = {
            name: _function(context, name, physical, home / "functions")
            for name, physical in outputs["functions"].items()
        }
        yield Stack(context=context, functions=functions, tables=outputs["tables"], api_url=outputs["apiUrl"])


@contextlib.contextmanager
def fresh_emulator(home: Path, region: str, report: Callable[[str], None]) -> Iterator[str]:
    """Start an empty emulator, yield its URL, and stop it at the end.

    Raises:
        LocalError: it does not start.
    """
    report("starting the emulator")
    emulator = EmulatorHome(home)
    emulator.stop()
    try:
        yield emulator.start(region).url
    finally:
        emulator.stop()


def released(config: StackConfig) -> StackConfig:
    """Return the configuration with the build profile of cloud stacks."""
    return dataclasses.replace(config, values={**config.values, f"{config.project}:buildProfile": "release"})


def _pause_triggers(context: Context) -> None:
    """Disable the event source mappings, so that only the measured functions process writes."""
    functions = context.client("lambda")
    for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)


def _function(context: Context, name: str, physical: str, folder: Path) -> Function:
    configuration = context.client("lambda").get_function_configuration(FunctionName=physical)
    artifact = _artifact(context, name)
    unpacked = folder / name
    unpacked.mkdir(parents=True, exist_ok=True)
    bootstrap = unpacked / "bootstrap"
    with zipfile.ZipFile(io.BytesIO(artifact)) as archive:
        archive.extract("bootstrap", unpacked)
    bootstrap.chmod(0o755)
    return Function(
        name=name,
        bootstrap=bootstrap,
        zip_bytes=len(artifact),
        memory_mib=configuration["MemorySize"],
        variables=configuration.get("Environment", {}).get("Variables", {}),
    )


def _artifact(context: Context, binary: str) -> bytes:
    """Return the archive of a binary from the artifact bucket."""
    s3 = context.client("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        for item in s3.list_objects_v2(Bucket=bucket["Name"], Prefix=f"{binary}/").get("Contents", []):
            content: bytes = s3.get_object(Bucket=bucket["Name"], Key=item["Key"])["Body"].read()
            return content
    raise BenchError(f"no bucket has an artifact of {binary}: remove the home of the benchmarks, and run this again")
