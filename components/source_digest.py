"""A digest for each binary over everything that can change it, in pure Python.

The digest is the artifact's name in S3, so it must be the same on every machine for the same sources, and other
whenever the binary could be other. It sees neither times nor absolute paths nor line endings. What it cannot see is
a file outside the workspace's crates that a macro includes: keep such files inside the crate that uses them.
"""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pathspec import GitIgnoreSpec

from components.cargo_workspace import CargoWorkspace, Package, WorkspaceError

DIGEST_LENGTH = 32
"""Hexadecimal digits kept of the SHA-256: 128 bits, far beyond accidental collision."""

WORKSPACE_FILES = ("Cargo.toml", "rust-toolchain.toml", "rust-toolchain", ".cargo/config.toml")
"""Files at the workspace's root that take part in every build."""


@dataclass(frozen=True, kw_only=True)
class BuildSettings:
    """Everything besides the sources that decides a binary's bytes."""

    architecture: str
    profile: str
    packer_version: str


def source_digests(workspace: CargoWorkspace, settings: BuildSettings) -> dict[str, str]:
    """Return the digest of each binary in the workspace.

    Raises:
        WorkspaceError: `Cargo.lock` is missing or does not fit the manifests.
    """
    lock = _read_lock(workspace.root / "Cargo.lock")
    ignored = _ignored(workspace.root)
    common = [*_settings_lines(settings), *_workspace_lines(workspace.root)]
    members = {name: _package_lines(package, workspace.root, ignored) for name, package in workspace.packages.items()}
    digests = {}
    for binary, owner in workspace.binaries.items():
        reached = workspace.reached_from(owner)
        lines = [f"binary {binary}", *common, *_lock_lines(lock, reached)]
        for package in reached:
            lines += members[package.name]
        digests[binary] = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:DIGEST_LENGTH]
    return digests


def _settings_lines(settings: BuildSettings) -> list[str]:
    return [
        f"architecture {settings.architecture}",
        f"profile {settings.profile}",
        f"packer {settings.packer_version}",
    ]


def _workspace_lines(root: Path) -> list[str]:
    return [_file_line(root / name, root) for name in WORKSPACE_FILES if (root / name).is_file()]


def _package_lines(package: Package, root: Path, ignored: GitIgnoreSpec) -> list[str]:
    files = (path for path in package.root.rglob("*") if path.is_file())
    kept = (path for path in files if not ignored.match_file(path.relative_to(root).as_posix()))
    return sorted(_file_line(path, root) for path in kept)


def _file_line(path: Path, root: Path) -> str:
    content = path.read_bytes().replace(b"\r\n", b"\n")
    return f"file {path.relative_to(root).as_posix()} {hashlib.sha256(content).hexdigest()}"


def _ignored(root: Path) -> GitIgnoreSpec:
    ignore_file = root / ".gitignore"
    lines = ignore_file.read_text(encoding="utf-8").splitlines() if ignore_file.is_file() else []
    return GitIgnoreSpec.from_lines(["target/", *lines])


def _read_lock(path: Path) -> list[dict[str, Any]]:
    try:
        packages: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8")).get("package", [])
    except FileNotFoundError:
        raise WorkspaceError(f"{path} does not exist: run `cargo generate-lockfile` there and commit it") from None
    except tomllib.TOMLDecodeError as error:
        raise WorkspaceError(f"{path} is not valid TOML: {error}") from None
    return packages


def _lock_lines(lock: list[dict[str, Any]], reached: list[Package]) -> list[str]:
    """Return the slice of `Cargo.lock` that the reached members can use, one line a package."""
    by_name: dict[str, list[dict[str, Any]]] = {}
    for entry in lock:
        by_name.setdefault(entry["name"], []).append(entry)
    members = {package.name: package for package in reached}
    seen: dict[tuple[str, str, str], dict[str, Any]] = {}
    pending = [_locked(by_name, package.name) for package in reached]
    while pending:
        entry = pending.pop()
        key = _identity(entry)
        if key in seen:
            continue
        seen[key] = entry
        pending += [_locked(by_name, reference) for reference in _references(entry, members)]
    return sorted(f"package {' '.join(key)} {entry.get('checksum', '')}" for key, entry in seen.items())


def _identity(entry: Mapping[str, Any]) -> tuple[str, str, str]:
    return entry["name"], entry["version"], entry.get("source", "")


def _references(entry: Mapping[str, Any], members: Mapping[str, Package]) -> Iterator[str]:
    """Yield what an entry depends on; `Cargo.lock` mixes in a member's dev-dependencies, which no binary contains."""
    member = members.get(entry["name"]) if "source" not in entry else None
    for reference in entry.get("dependencies", []):
        if member is None or reference.split(" ", 1)[0] in member.dependencies:
            yield reference


def _locked(by_name: Mapping[str, list[dict[str, Any]]], reference: str) -> dict[str, Any]:
    """Resolve `name`, `name version` or `name version (source)`, the three forms that cargo writes."""
    name, *rest = reference.split(" ")
    wanted = (name, *(part.strip("()") for part in rest))
    for entry in by_name.get(name, []):
        if _identity(entry)[: len(wanted)] == wanted:
            return entry
    raise WorkspaceError(f"Cargo.lock has no package {reference!r}: run `cargo update --workspace` and commit the lock")
