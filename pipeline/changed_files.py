"""Which files of a change alter which binaries: the reason behind a function's new code."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from pathspec import GitIgnoreSpec

from components.artifacts.plan import PACKER_VERSION
from components.cargo_workspace import CargoWorkspace, WorkspaceError, read_workspace
from components.source_digest import WORKSPACE_FILES, BuildSettings, source_digests

LOCK = "Cargo.lock"
BUILDERS = ("components/artifacts/plan.py", "components/source_digest.py", "components/cargo_workspace.py")
"""Files of the program that decide what a digest is made of."""


def changed_files(root: Path, base: str, head: str) -> list[str]:
    """Return the files that differ between where `head` left `base` and `head`, relative to the repository."""
    command = ["git", "diff", "--name-only", "--no-renames", "-z", f"{base}...{head}"]
    result = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    return sorted(filter(None, result.stdout.split("\0")))


def causes(root: Path, workspace_folder: str, files: Iterable[str], base: str) -> dict[str, list[str]]:
    """Return, for each binary of the workspace, those of `files` that alter it.

    `files` must be the difference between `base` and the work tree at `root`.

    Raises:
        WorkspaceError: the manifests cannot be read.
    """
    workspace = read_workspace(root / workspace_folder)
    changed = list(files)
    inside = [file.removeprefix(f"{workspace_folder}/") for file in changed if file.startswith(f"{workspace_folder}/")]
    relocked = _relocked(root, workspace, base) if LOCK in inside else frozenset()
    found = {}
    for binary in workspace.binaries:
        own = {f"{workspace_folder}/{file}" for file in inside if _takes_part(workspace, binary, file)}
        lock = {f"{workspace_folder}/{LOCK}"} if binary in relocked else set()
        found[binary] = sorted(own | lock | {file for file in changed if file in BUILDERS})
    return found


def _takes_part(workspace: CargoWorkspace, binary: str, file: str) -> bool:
    """Whether a file of the workspace is in the digest of a binary; `Cargo.lock` is there in slices only."""
    if file in WORKSPACE_FILES:
        return True
    if _ignored(workspace.root).match_file(file):
        return False
    packages = workspace.reached_from(workspace.binaries[binary])
    return any(PurePosixPath(file).is_relative_to(package.root.relative_to(workspace.root)) for package in packages)


def _ignored(root: Path) -> GitIgnoreSpec:
    path = root / ".gitignore"
    return GitIgnoreSpec.from_lines(path.read_text(encoding="utf-8").splitlines() if path.is_file() else [])


def _relocked(root: Path, workspace: CargoWorkspace, base: str) -> frozenset[str]:
    """Return the binaries that the lock file of `base` would make other ones; all, when it does not fit any more."""
    path = (workspace.root / LOCK).relative_to(root.resolve()).as_posix()
    lock = subprocess.run(["git", "show", f"{base}:{path}"], cwd=root, capture_output=True, check=False)
    now = _digests(workspace)
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copytree(workspace.root, Path(folder) / "rust", ignore=shutil.ignore_patterns("target"))
        (copy / LOCK).write_bytes(lock.stdout)
        try:
            before: Mapping[str, str] = _digests(read_workspace(copy))
        except WorkspaceError:
            before = {}
    return frozenset(binary for binary, digest in now.items() if before.get(binary) != digest)


def _digests(workspace: CargoWorkspace) -> dict[str, str]:
    return source_digests(workspace, BuildSettings(architecture="", profile="", packer_version=PACKER_VERSION))
