"""Finds which changed files alter which binaries: the reason for a function's new code."""

import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from components.architecture import Architecture
from components.build.inputs import BuildInputs
from components.build.plan import BuildError, BuildSettings
from components.build.workspace import read_workspace

PACKER = "components/build/plan.py"
"""Contains the packer version, which is in every digest."""


def changed_files(root: Path, base: str, head: str) -> list[str]:
    """Return the files that `head` changed since it branched off `base`, relative to the repository."""
    command = ["git", "diff", "--name-only", "--no-renames", "-z", f"{base}...{head}"]
    result = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    return sorted(filter(None, result.stdout.split("\0")))


def causes(root: Path, workspace_folder: str, files: Iterable[str], base: str) -> dict[str, list[str]]:
    """Return, for each binary of the workspace, the files among `files` that alter it.

    `files` must be the difference between `base` and the work tree at `root`.

    Raises:
        BuildError: the manifests cannot be read.
    """
    changed = list(files)
    workspace = read_workspace(root / workspace_folder)
    settings = BuildSettings(architecture=Architecture.ARM64, profile="release")
    inputs = BuildInputs(workspace, settings, workspace.binaries, root)
    lock = inputs.lock.path.relative_to(root.resolve()).as_posix()
    relocked = _relocked(root, inputs, lock, base) if lock in changed else frozenset()
    found = {}
    for binary in inputs.closures:
        own = {file for file in changed if inputs.covers(binary, root.resolve() / file)}
        found[binary] = sorted(
            own | ({lock} if binary in relocked else set()) | {file for file in changed if file == PACKER}
        )
    return found


def _relocked(root: Path, inputs: BuildInputs, lock: str, base: str) -> frozenset[str]:
    """Return the binaries that differ with the lock file of `base`; all, if that does not match the manifests."""
    before = subprocess.run(["git", "show", f"{base}:{lock}"], cwd=root, capture_output=True, check=False)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "Cargo.lock"
        path.write_bytes(before.stdout)
        try:
            then = BuildInputs(inputs.workspace, inputs.settings, tuple(inputs.closures), root, lock=path)
        except BuildError:
            return frozenset(inputs.closures)
    return frozenset(binary for binary in inputs.closures if inputs.lock_lines(binary) != then.lock_lines(binary))
