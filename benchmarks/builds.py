"""What a build costs: naming the artifacts, and one cargo call for all functions beside one for each."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from benchmarks.errors import BenchError
from benchmarks.section import Section, Table
from benchmarks.tables import targets
from benchmarks.targets import Target, judge
from components.architecture import Architecture, host_architecture
from components.artifacts.cargo import build_command, build_environment
from components.artifacts.plan import PACKER_VERSION
from components.cargo_workspace import read_workspace
from components.source_digest import BuildSettings, source_digests

PROFILE = "release"
"""Of what is promoted through stacks."""
DIGESTS = 20
NOTES = (
    "**digest**: reading all sources and naming all artifacts, which a preview does instead of a build, and a build "
    "with nothing changed does alone: tests hold that neither calls cargo.",
    "**separately**: the same compiler, flags and target folder, one call after another. Each picks the features of "
    "what they share for itself, so that much is compiled again.",
)


def run(root: Path, home: Path, report: Callable[[str], None]) -> Section:
    """Compile copies of the workspace, each way in a target folder of its own that is empty before.

    Raises:
        BenchError: it does not compile.
    """
    workspace, architecture = root / "rust", host_architecture()
    digest_ms = _digest_ms(workspace, architecture)
    binaries = list(read_workspace(workspace).binaries)
    report("compiling all functions with one cargo call")
    together = _seconds(workspace, home, architecture, [[]])
    report("compiling each function with a cargo call of its own")
    apart = _seconds(workspace, home, architecture, [["--package", binary] for binary in binaries])
    verdicts = [
        judge(Target(subject="workspace", what="digest, ms", at_most=150), digest_ms),
        judge(Target(subject="workspace", what="one call, times separate calls", at_most=1), together / apart),
    ]
    return Section(
        title="Builds",
        tables=[
            targets(verdicts),
            Table(
                title=f"All {len(binaries)} functions, nothing compiled before",
                columns=("way", "seconds", "to one call"),
                rows=[
                    ("one cargo call", f"{together:.0f}", "1"),
                    ("separately", f"{apart:.0f}", f"{apart / together:.2f}"),
                ],
            ),
        ],
        notes=NOTES,
    )


def _digest_ms(workspace: Path, architecture: Architecture) -> float:
    settings = BuildSettings(architecture=architecture, profile=PROFILE, packer_version=PACKER_VERSION)
    samples = []
    for _ in range(DIGESTS):
        started = time.monotonic()
        source_digests(read_workspace(workspace), settings)
        samples.append((time.monotonic() - started) * 1000)
    return median(samples)


def _seconds(workspace: Path, home: Path, architecture: Architecture, calls: Sequence[Sequence[str]]) -> float:
    """Return how long the calls take one after another, on a copy of the workspace."""
    with tempfile.TemporaryDirectory(dir=home) as folder:
        copy = shutil.copytree(workspace, Path(folder) / "rust", ignore=shutil.ignore_patterns("target"))
        command = build_command(PROFILE, architecture, copy / "target/lambda")
        environment = build_environment(os.environ, copy, architecture)
        environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
        started = time.monotonic()
        for further in calls:
            done = subprocess.run([*command, *further], cwd=copy, env=environment, capture_output=True, check=False)
            if done.returncode != 0:
                raise BenchError(done.stderr.decode(errors="replace"))
        return time.monotonic() - started
