"""Runs the Pulumi CLI on a stack, and says where things are afterwards."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from operations import prerequisites
from operations.errors import OperationError
from operations.stack import RunningStack

OUTPUTS = ".outputs"
"""Folder with the outputs of each stack, for scripts."""


def up(stack: str, root: Path, options: Sequence[str]) -> int:
    """Bring a stack up to date."""
    prerequisites.check(stack, root, builds=True)
    return _pulumi("up", stack, root, options)


def preview(stack: str, root: Path, options: Sequence[str]) -> int:
    """Show what `up` would change; nothing is compiled, so no Rust is needed."""
    prerequisites.check(stack, root, builds=False)
    return _pulumi("preview", stack, root, ["--diff", *options])


def destroy(stack: str, root: Path, options: Sequence[str]) -> int:
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
    return _pulumi("destroy", stack, root, options)


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


def _pulumi(verb: str, stack: str, root: Path, options: Sequence[str]) -> int:
    return subprocess.run(["pulumi", verb, "--stack", stack, *options], cwd=root, check=False).returncode
