"""Runs the Pulumi CLI on a stack, and says where things are afterwards."""

import json
from collections.abc import Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.markup import escape

from components.architecture import parse_architecture
from components.build.inputs import BuildInputs
from components.build.plan import BuildError, BuildSettings
from components.build.workspace import read_workspace
from components.local.home import Home
from components.local.stack_config import StackConfig
from operations import prerequisites
from operations.cli import PulumiCli, pulumi_cli
from operations.errors import OperationError
from operations.stack import RunningStack, of_the_cli

OUTPUTS = ".outputs"
"""Folder with the outputs of each stack, for scripts."""


def up(stack: str, root: Path, home: Home, options: Sequence[str]) -> int:
    """Bring a stack up to date, made first where there is none, and print where things are."""
    config = prerequisites.check(stack, root, builds=True)
    cli = pulumi_cli(stack, root, home, starts=True)
    if not _is_built(config, cli):
        prerequisites.check_rust(config, root)
    cli.create()
    status = cli.run("up", options)
    if status == 0:
        print_outputs(of_the_cli(cli), root)
    return status


def preview(stack: str, root: Path, home: Home, options: Sequence[str]) -> int:
    """Show what `up` would change; nothing is compiled, so no Rust is needed."""
    prerequisites.check(stack, root, builds=False)
    return pulumi_cli(stack, root, home, starts=True).run("preview", ["--diff", *options])


def destroy(stack: str, root: Path, home: Home, options: Sequence[str]) -> int:
    """Remove a stack with everything in it.

    Raises:
        OperationError: the stack protects its data.
    """
    config = prerequisites.check(stack, root, builds=False)
    if config.values[f"{config.project}:deletionProtection"] == "true":
        raise OperationError(
            f"{stack} protects its tables and users. To remove it with its data: set deletionProtection to false in "
            f"Pulumi.{stack}.yaml, run `make up STACK={stack}`, then this again"
        )
    return pulumi_cli(stack, root, home, starts=True).run("destroy", options)


def print_outputs(stack: RunningStack, root: Path) -> None:
    """Print every URL by its name, and write all outputs to a file."""
    file = root / OUTPUTS / f"{stack.name}.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(stack.outputs, indent=2) + "\n", encoding="utf-8")
    urls = stack.outputs.get("urls", {})
    width = max(map(len, urls), default=0)
    console = Console(highlight=False, soft_wrap=True)
    for name, url in urls.items():
        console.print(f"[bold]{name:<{width}}[/]  {escape(url)}")
    console.print(f"All outputs are in {OUTPUTS}/{stack.name}.json")


def _is_built(config: StackConfig, cli: PulumiCli) -> bool:
    """Return whether the bucket of a stack that is up has every artifact of the sources as they are now."""
    settings = BuildSettings(
        architecture=parse_architecture(config.values[f"{config.project}:architecture"]),
        profile=config.values[f"{config.project}:buildProfile"],
    )
    try:
        stack = of_the_cli(cli)
        bucket, binaries = stack.outputs["artifactBucket"], [*stack.outputs["functions"]]
        inputs = BuildInputs(read_workspace(cli.root / "rust"), settings, binaries, cli.root)
        for key in inputs.keys.values():
            stack.client("s3").head_object(Bucket=bucket, Key=key)
    except (KeyError, OperationError, BuildError, BotoCoreError, ClientError):
        return False
    return True
