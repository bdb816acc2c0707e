"""Recounts the stored views, and compares the result with the totals."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from components.build.cargo import CARGO_MISSING
from operations.cli import OperationError
from operations.stack import RunningStack


def reconcile(stack: RunningStack, root: Path, options: Sequence[str]) -> int:
    """Run the recount and return its exit status: 0 when no counter drifts.

    Raises:
        OperationError: cargo is missing, or the stack has no sites.
    """
    analytics = stack.outputs.get("analytics", {"sites": []})
    sites = [site.partition("://")[2] for site in analytics["sites"]]
    if not sites:
        raise OperationError(f"the stack {stack.name} has no sites: set analyticsSites in Pulumi.{stack.name}.yaml")
    command = [
        *["cargo", "run", "--locked", "--quiet", "--package", "reconcile", "--"],
        *["--views", stack.table("analytics-views"), "--totals", stack.table("analytics-totals")],
        *["--sites", ",".join(sites), "--retention-days", str(int(analytics["viewRetentionDays"])), *options],
    ]
    try:
        done = subprocess.run(command, cwd=root / "rust", env={**os.environ, **stack.environment()}, check=False)
    except FileNotFoundError:
        raise OperationError(CARGO_MISSING) from None
    return done.returncode
