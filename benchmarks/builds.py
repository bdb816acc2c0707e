"""Measures builds: computing keys, and one cargo call for all functions compared with one per function."""

import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from benchmarks.section import BenchError, Section, Table
from benchmarks.tables import targets
from benchmarks.targets import Target, judge
from components.architecture import Architecture, host_architecture
from components.build.artifacts import build
from components.build.inputs import read_inputs
from components.build.plan import BuildError, BuildPlan, BuildSettings

PROFILE = "release"
"""Profile of promoted artifacts."""
DIGESTS = 20
NOTES = (
    "**digest**: reading all sources and computing all keys, which is all that a preview and an unchanged build do.",
    "**separately**: consecutive calls with the same compiler, flags and target folder. Each selects its own "
    "features of shared dependencies, so many are compiled again.",
)


def run(root: Path, home: Path, report: Callable[[str], None]) -> Section:
    """Compile the workspace both ways, each in an empty target folder.

    Raises:
        BenchError: it does not compile.
    """
    workspace, architecture = root / "rust", host_architecture()
    functions = [manifest.parent.name for manifest in sorted(workspace.glob("functions/*/Cargo.toml"))]
    digest_ms = _digest_ms(workspace, functions, architecture)
    report("compiling all functions with one cargo call")
    together = _seconds(workspace, home, architecture, [functions])
    report("compiling each function with a cargo call of its own")
    apart = _seconds(workspace, home, architecture, [[binary] for binary in functions])
    verdicts = [
        judge(Target(subject="workspace", metric="digest, ms", at_most=60), digest_ms),
        judge(Target(subject="workspace", metric="one call, relative to separate calls", at_most=1), together / apart),
    ]
    return Section(
        title="Builds",
        tables=[
            targets(verdicts),
            Table(
                title=f"All {len(functions)} functions, nothing compiled before",
                columns=("way", "seconds", "to one call"),
                rows=[
                    ("one cargo call", f"{together:.0f}", "1"),
                    ("separately", f"{apart:.0f}", f"{apart / together:.2f}"),
                ],
            ),
        ],
        notes=NOTES,
    )


def _digest_ms(workspace: Path, functions: Sequence[str], architecture: Architecture) -> float:
    settings = BuildSettings(architecture=architecture, profile=PROFILE)
    samples = []
    for _ in range(DIGESTS):
        started = time.monotonic()
        _ = read_inputs(workspace, settings, functions, workspace.parent).keys
        samples.append((time.monotonic() - started) * 1000)
    return median(samples)


def _seconds(workspace: Path, home: Path, architecture: Architecture, calls: Sequence[Sequence[str]]) -> float:
    """Return the times of consecutive builds of some binaries, in a new target folder."""
    settings = BuildSettings(architecture=architecture, profile=PROFILE)
    plan = BuildPlan(workspace=workspace.name, settings=settings)
    with tempfile.TemporaryDirectory(dir=home) as folder:
        started = time.monotonic()
        for binaries in calls:
            keys = read_inputs(workspace, settings, binaries, workspace.parent).keys
            try:
                build(plan, keys, set(keys), {**os.environ, "CARGO_TARGET_DIR": folder})
            except BuildError as error:
                raise BenchError(str(error)) from None
        return time.monotonic() - started
