"""The system that is measured: the program of this checkout on an emulator of the benchmarks' own.

The functions are the zips that the program's build has put into the bucket, of the profile `release`. Nothing but the
emulator's DynamoDB is used of it afterwards: what runs the functions is the stand-in for Lambda's Runtime API.
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
from components.local.stack import STACK, LocalStack
from components.local.stack_config import StackConfig, read_stack_config


@dataclass(frozen=True, kw_only=True)
class Function:
    """A function as the program has made it."""

    name: str
    bootstrap: Path
    zip_bytes: int
    memory_mib: int
    variables: Mapping[str, str]
    """That the program sets for it."""


@dataclass(frozen=True, kw_only=True)
class Stack:
    """The program, running."""

    context: Context
    functions: Mapping[str, Function]
    tables: Mapping[str, str]
    """Physical names by logical ones."""
    api_url: str


@contextlib.contextmanager
def running_stack(root: Path, home: Path, report: Callable[[str], None]) -> Iterator[Stack]:
    """Bring the program up on an emulator of its own, and stop it afterwards.

    Raises:
        LocalError: it cannot be brought up.
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
    """Start an emulator that knows nothing of earlier runs, yield its address, and stop it afterwards.

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
    """Return the configuration with functions built as those of cloud stacks are."""
    return dataclasses.replace(config, values={**config.values, f"{config.project}:buildProfile": "release"})


def _pause_triggers(context: Context) -> None:
    """Leave what is written to tables to the functions that are measured."""
    functions = context.client("lambda")
    for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)


def _function(context: Context, name: str, physical: str, folder: Path) -> Function:
    configuration = context.client("lambda").get_function_configuration(FunctionName=physical)
    packed = _artifact(context, name)
    place = folder / name
    place.mkdir(parents=True, exist_ok=True)
    bootstrap = place / "bootstrap"
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        archive.extract("bootstrap", place)
    bootstrap.chmod(0o755)
    return Function(
        name=name,
        bootstrap=bootstrap,
        zip_bytes=len(packed),
        memory_mib=configuration["MemorySize"],
        variables=configuration.get("Environment", {}).get("Variables", {}),
    )


def _artifact(context: Context, binary: str) -> bytes:
    """Return the zip of a binary, wherever the program has its bucket."""
    s3 = context.client("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        for item in s3.list_objects_v2(Bucket=bucket["Name"], Prefix=f"{binary}/").get("Contents", []):
            content: bytes = s3.get_object(Bucket=bucket["Name"], Key=item["Key"])["Body"].read()
            return content
    raise BenchError(f"the program has no artifact of {binary}")
