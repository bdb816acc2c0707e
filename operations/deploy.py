"""Deploys, previews and destroys a stack with the Pulumi CLI, after checking the requirements."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.markup import escape

from components.architecture import parse_architecture
from components.build.cargo import find_tools
from components.build.inputs import BuildInputs
from components.build.plan import BuildError, BuildSettings
from components.build.workspace import read_workspace
from components.local.commands import stop_emulator
from components.local.home import Home
from components.local.stack_config import STACK, StackConfig, read_stack_config
from operations.cli import INSTALL_CLI, OperationError, PulumiCli, pulumi_cli
from operations.stack import RunningStack, cli_stack

OLDEST_CLI = (3, 208, 0)
"""The first version that has the type `pulumi:index:Stash`."""

OUTPUTS = ".outputs"
"""Folder with the outputs of each stack, for scripts."""


def up(stack: str, root: Path, home: Home, options: Sequence[str]) -> int:
    """Create or update a stack, print its URLs, and return the CLI's exit status.

    Raises:
        OperationError: a requirement is missing.
    """
    config = check(stack, root, builds=True)
    cli = pulumi_cli(stack, root, home)
    if not _is_built(config, cli):
        _check_rust(config, root)
    cli.create()
    status = cli.run("up", options)
    if status == 0:
        print_outputs(cli_stack(cli), root)
    return status


def preview(stack: str, root: Path, home: Home, options: Sequence[str]) -> int:
    """Show what `up` would change, and return the CLI's exit status. Needs no Rust, because nothing is compiled.

    Raises:
        OperationError: a requirement is missing, or the stack does not exist.
    """
    check(stack, root, builds=False)
    cli = pulumi_cli(stack, root, home)
    cli.check_exists()
    return cli.run("preview", ["--diff", *options])


def destroy(stack: str, root: Path, home: Home, options: Sequence[str]) -> int:
    """Delete a stack's resources and their data, and return the CLI's exit status.

    A stack that `make local` deployed is destroyed by stopping the emulator, without the CLI.

    Raises:
        OperationError: the stack is protected or does not exist, a requirement is missing, or options are given for a
            stack that `make local` deployed.
    """
    if stack == STACK and home.outputs_file.exists():
        if options:
            raise OperationError(
                "`make local` deployed this stack without the Pulumi CLI, so `make destroy` takes no OPTIONS here: it "
                "stops the emulator, as `make down` does"
            )
        sys.stdout.write(f"{stop_emulator(home)}\n")
        return 0
    config = check(stack, root, builds=False)
    if config.values[f"{config.project}:deletionProtection"] == "true":
        raise OperationError(
            f"the tables and users of {stack} are protected. To delete them too, set deletionProtection to false in "
            f"Pulumi.{stack}.yaml, run `make up STACK={stack}`, then `make destroy STACK={stack}` again"
        )
    cli = pulumi_cli(stack, root, home)
    cli.check_exists()
    return cli.run("destroy", options)


def print_outputs(stack: RunningStack, root: Path) -> None:
    """Print each URL with its name, and write all outputs to a file."""
    file = root / OUTPUTS / f"{stack.name}.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(stack.outputs, indent=2) + "\n", encoding="utf-8")
    urls = stack.outputs.get("urls", {})
    width = max(map(len, urls), default=0)
    console = Console(highlight=False, soft_wrap=True)
    for name, url in urls.items():
        console.print(f"[bold]{name:<{width}}[/]  {escape(url)}")
    console.print(f"All outputs are in {OUTPUTS}/{stack.name}.json")


def check(stack: str, root: Path, *, builds: bool) -> StackConfig:
    """Check what a command on a stack needs, and return the stack's configuration.

    With `builds`, a missing Rust toolchain is reported together with the other problems. If it is the only problem,
    `up` reports it once it is known that something has to be compiled.

    Raises:
        OperationError: with a line for each missing requirement, and how to get it.
    """
    if not (root / f"Pulumi.{stack}.yaml").exists():
        raise OperationError(
            f"Pulumi.{stack}.yaml does not exist: choose another STACK, or write it with `make new-stack NAME={stack}`"
        )
    config = read_stack_config(root, stack)
    missing = [*_cli_problems(), *_credential_problems(config)]
    if missing and builds:
        missing += _rust_problems(config, root)
    if missing:
        raise OperationError("\n       ".join(missing))
    return config


def _check_rust(config: StackConfig, root: Path) -> None:
    for problem in _rust_problems(config, root):
        raise OperationError(problem)


def _cli_problems() -> Iterator[str]:
    if shutil.which("pulumi") is None:
        yield f"the Pulumi CLI is not on the PATH: {INSTALL_CLI}"
        return
    version = subprocess.run(["pulumi", "version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", version)
    if found and tuple(map(int, found.groups())) < OLDEST_CLI:
        yield f"the Pulumi CLI is {found[0]}, but at least {'.'.join(map(str, OLDEST_CLI))} is required: {INSTALL_CLI}"


def _credential_problems(config: StackConfig) -> Iterator[str]:
    if "aws:accessKey" in config.values:
        return
    try:
        boto3.Session(profile_name=config.values.get("aws:profile"), region_name=config.region).client(
            "sts"
        ).get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        yield f"the AWS credentials are missing or invalid ({error}): sign in, or set AWS_PROFILE"


def _rust_problems(config: StackConfig, root: Path) -> Iterator[str]:
    try:
        find_tools(read_workspace(root / "rust"), parse_architecture(config.values[f"{config.project}:architecture"]))
    except BuildError as error:
        yield str(error)


def _is_built(config: StackConfig, cli: PulumiCli) -> bool:
    """Return whether the stack's bucket has an artifact for the current sources of each function."""
    try:
        stack = cli_stack(cli)
        bucket = stack.outputs["artifactBucket"]
        for key in artifact_keys(config, cli.root):
            stack.client("s3").head_object(Bucket=bucket, Key=key)
    except (KeyError, OperationError, BuildError, BotoCoreError, ClientError):
        return False
    return True


def artifact_keys(config: StackConfig, root: Path) -> list[str]:
    """Return the keys of the artifacts that `up` needs.

    Raises:
        BuildError: the workspace cannot be read.
    """
    binaries = sorted(folder.name for folder in (root / "rust" / "functions").iterdir())
    features = ("otel",) if config.values[f"{config.project}:openTelemetryLayer"] else ()
    settings = BuildSettings(
        architecture=parse_architecture(config.values[f"{config.project}:architecture"]),
        profile=config.values[f"{config.project}:buildProfile"],
        features=dict.fromkeys(binaries, features),
    )
    return list(BuildInputs(read_workspace(root / "rust"), settings, binaries, root).keys.values())
