"""Runs a measuring tool of `rust/tools`, compiled with the profile of the functions."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from benchmarks.section import BenchError


def run_tool(root: Path, tool: str, environment: Mapping[str, str]) -> str:
    """Return the standard output of a tool. Messages of cargo go to stderr.

    Raises:
        BenchError: the tool fails.
    """
    command = ["cargo", "run", "--locked", "--quiet", "--release", "--package", tool]
    done = subprocess.run(command, cwd=root / "rust", env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise BenchError(f"`{' '.join(command)}` failed: see its message above")
    return done.stdout
