"""The interface of a language."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.environment import Program
from benchmarks.section import BenchError
from benchmarks.stack import Function, Stack
from components.build.package import SMALLEST, zipped
from components.local.isolation import emulated_aws

PEERS = ("Python", "JavaScript")
"""Names of the other languages."""


class UnavailableError(BenchError):
    """A language is not available; the message says what is missing and how to get it."""


@dataclass(frozen=True, kw_only=True)
class Package:
    """Sizes of a function's zip archives."""

    own_bytes: int
    """The handler and its packages."""
    sdk_bytes: int = 0
    """The AWS SDK. Lambda's managed runtime includes a version, but AWS recommends packaging your own."""


@dataclass(frozen=True, kw_only=True)
class Language:
    """A language: how to run a function, and the size of its packages."""

    name: str
    program: Callable[[Function], Program]
    package: Callable[[Function], Package]


def lambda_variables(stack: Stack, function: Function, folder: Path, handler: str) -> Mapping[str, str]:
    """Return a function's environment variables on Lambda, with the emulator's endpoint and dummy credentials.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    """
    return {
        **emulated_aws(stack.context.endpoint, stack.context.region),
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mib),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "2026/11/21/[$LATEST]0123456789abcdef0123456789abcdef",
        "LAMBDA_TASK_ROOT": str(folder),
        "LANG": "en_US.UTF-8",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "TZ": ":UTC",
        "_HANDLER": handler,
        **function.variables,
    }


def zipped_bytes(paths: Iterable[Path]) -> int:
    """Return the size of a zip archive of files and folders, without Python bytecode."""
    entries = (
        (str(file.relative_to(path.parent)), 0o644, file.read_bytes())
        for path in paths
        for file in (sorted(path.rglob("*")) if path.is_dir() else [path])
        if file.is_file() and "__pycache__" not in file.parts
    )
    return len(zipped(entries, SMALLEST))
