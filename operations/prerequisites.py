"""What must be on a machine before the Pulumi CLI is called, asked for before anything is changed."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from components.architecture import parse_architecture
from components.build.cargo import check_tools
from components.build.plan import BuildError
from components.local.stack_config import StackConfig, read_stack_config
from operations.cli import INSTALL_CLI
from operations.errors import OperationError

OLDEST_CLI = (3, 208, 0)
"""The first that has the type `pulumi:index:Stash`."""


def check(stack: str, root: Path, *, builds: bool) -> StackConfig:
    """Check what a command on a stack needs, and return the stack's configuration.

    A command that may build learns of a missing Rust toolchain here only when something else is missing too: whether it
    has to build is known when the CLI and the credentials work, and then `check_rust` is for it.

    Raises:
        OperationError: with a line for each thing that is missing, and how to get it.
    """
    if not (root / f"Pulumi.{stack}.yaml").exists():
        raise OperationError(f"there is no Pulumi.{stack}.yaml: name another STACK, or run make new-stack NAME={stack}")
    config = read_stack_config(root, stack)
    missing = [*_cli(), *_credentials(config)]
    if missing and builds:
        missing += _rust(config, root)
    if missing:
        raise OperationError("\n       ".join(missing))
    return config


def check_rust(config: StackConfig, root: Path) -> None:
    """Check that this machine can compile the functions of a stack.

    Raises:
        OperationError: with what is missing, and how to get it.
    """
    for problem in _rust(config, root):
        raise OperationError(problem)


def _cli() -> Iterator[str]:
    if shutil.which("pulumi") is None:
        yield f"the Pulumi CLI is not on the PATH: {INSTALL_CLI}"
        return
    version = subprocess.run(["pulumi", "version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", version)
    if found and tuple(map(int, found.groups())) < OLDEST_CLI:
        yield f"the Pulumi CLI is {found[0]}, and at least {'.'.join(map(str, OLDEST_CLI))} is needed: {INSTALL_CLI}"


def _credentials(config: StackConfig) -> Iterator[str]:
    if "aws:accessKey" in config.values:
        return
    try:
        boto3.Session(profile_name=config.values.get("aws:profile"), region_name=config.region).client(
            "sts"
        ).get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        yield f"there are no AWS credentials that work ({error}): sign in, or set AWS_PROFILE"


def _rust(config: StackConfig, root: Path) -> Iterator[str]:
    try:
        check_tools(root / "rust", parse_architecture(config.values[f"{config.project}:architecture"]))
    except BuildError as error:
        yield str(error)
