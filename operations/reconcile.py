"""Recounts the stored views and compares the totals, by the code that counted them."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from operations.cli import OperationError
from operations.stack import RunningStack


def reconcile(stack: RunningStack, root: Path, options: Sequence[str]) -> int:
    """Run the recount and return its exit status: 0 when no counter drifts.

    Raises:
        OperationError: cargo is missing, or the stack counts no sites.
    """
    counted = stack.outputs.get("analytics", {"sites": []})
    sites = [site.partition("://")[2] for site in counted["sites"]]
    if not sites:
        raise OperationError(f"the stack {stack.name} has no sites: set analyticsSites in Pulumi.{stack.name}.yaml")
    command = [
        *["cargo", "run", "--locked", "--quiet", "--package", "reconcile", "--"],
        *["--views", stack.table("analytics-views"), "--totals", stack.table("analytics-totals")],
        *["--sites", ",".join(sites), "--retention-days", str(int(counted["viewRetentionDays"])), *options],
    ]
    try:
        done = subprocess.run(command, cwd=root / "rust", env={**os.environ, **stack.environment()}, check=False)
    except FileNotFoundError:
        raise OperationError("cargo is not on the PATH: install Rust from https://rustup.rs") from None
    return done.returncode
