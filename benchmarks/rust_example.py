"""Runs a benchmark in Rust, compiled like the functions."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from benchmarks.section import BenchError


def run_example(root: Path, package: str, example: str, environment: Mapping[str, str]) -> str:
    """Return the output of an example; Cargo's output goes to stderr.

    Raises:
        BenchError: it fails.
    """
    command = ["cargo", "run", "--locked", "--quiet", "--release", "--package", package, "--example", example]
    done = subprocess.run(command, cwd=root / "rust", env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise BenchError(f"{' '.join(command)} fails: its message is above")
    return done.stdout
