"""What a Cargo workspace contains, read from its manifests alone.

Runs no cargo and resolves no versions: a preview must work on a machine without Rust.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class WorkspaceError(Exception):
    """The workspace cannot be read; the message says which file, why, and the remedy."""


@dataclass(frozen=True, kw_only=True)
class Package:
    """One member of the workspace."""

    name: str
    """`package.name` of the manifest."""
    root: Path
    """Folder of the manifest."""
    binaries: tuple[str, ...]
    """Names of the binary targets, sorted."""
    dependencies: frozenset[str]
    """Names of all packages that a build of this one may use; dev-dependencies are left out."""
    path_dependencies: frozenset[Path]
    """Folders of those dependencies that live beside this package."""


@dataclass(frozen=True, kw_only=True)
class CargoWorkspace:
    """The members of a workspace by name."""

    root: Path
    packages: Mapping[str, Package]

    @property
    def binaries(self) -> dict[str, Package]:
        """Each binary of the workspace with the package that owns it, sorted by name."""
        owners = {binary: package for package in self.packages.values() for binary in package.binaries}
        return dict(sorted(owners.items()))

    def reached_from(self, package: Package) -> list[Package]:
        """Return `package` and every member it depends on by path, directly or not, sorted by name."""
        by_root = {member.root: member for member in self.packages.values()}
        reached: dict[str, Package] = {}
        pending = [package]
        while pending:
            current = pending.pop()
            if current.name in reached:
                continue
            reached[current.name] = current
            for folder in current.path_dependencies:
                if folder not in by_root:
                    raise WorkspaceError(
                        f"{current.root / 'Cargo.toml'} depends on {folder}, which is no member of the workspace: "
                        f"add it to workspace.members in {self.root / 'Cargo.toml'}"
                    )
                pending.append(by_root[folder])
        return sorted(reached.values(), key=lambda member: member.name)


def read_workspace(root: Path) -> CargoWorkspace:
    """Read the manifests of the workspace at `root`.

    Raises:
        WorkspaceError: a manifest is missing, is not TOML, or is no workspace.
    """
    root = root.resolve()
    manifest = _read_toml(root / "Cargo.toml")
    workspace = manifest.get("workspace")
    if workspace is None:
        raise WorkspaceError(f"{root / 'Cargo.toml'} has no [workspace] table: name the folder of a Cargo workspace")
    packages = [_read_package(folder, root, workspace) for folder in _member_folders(root, workspace)]
    return CargoWorkspace(root=root, packages={package.name: package for package in packages})


def _member_folders(root: Path, workspace: Mapping[str, Any]) -> list[Path]:
    excluded = {(root / pattern).resolve() for pattern in workspace.get("exclude", [])}
    folders = {
        manifest.parent.resolve() for pattern in workspace.get("members", []) for manifest in _manifests(root, pattern)
    }
    return sorted(folders - excluded)


def _manifests(root: Path, pattern: str) -> Iterator[Path]:
    return root.glob(f"{pattern.removeprefix('./').rstrip('/')}/Cargo.toml")


def _read_package(folder: Path, root: Path, workspace: Mapping[str, Any]) -> Package:
    manifest = _read_toml(folder / "Cargo.toml")
    name = manifest["package"]["name"]
    dependencies = dict(_build_dependencies(manifest, folder, root, workspace))
    return Package(
        name=name,
        root=folder,
        binaries=_binaries(manifest, folder, name),
        dependencies=frozenset(dependencies),
        path_dependencies=frozenset(path for path in dependencies.values() if path is not None),
    )


def _binaries(manifest: Mapping[str, Any], folder: Path, package_name: str) -> tuple[str, ...]:
    """Follow cargo's target auto-discovery: [[bin]], src/main.rs, src/bin/*.rs and src/bin/*/main.rs."""
    names = {target["name"] for target in manifest.get("bin", [])}
    if manifest["package"].get("autobins", True):
        claimed = {target.get("path") for target in manifest.get("bin", [])}
        if (folder / "src/main.rs").is_file() and "src/main.rs" not in claimed:
            names.add(package_name)
        names |= {source.stem for source in folder.glob("src/bin/*.rs")}
        names |= {source.parent.name for source in folder.glob("src/bin/*/main.rs")}
    return tuple(sorted(names))


def _build_dependencies(
    manifest: Mapping[str, Any], folder: Path, root: Path, workspace: Mapping[str, Any]
) -> Iterator[tuple[str, Path | None]]:
    """Yield the package name of each normal and build dependency, with its folder if it is one by path."""
    inherited = workspace.get("dependencies", {})
    for table in (manifest, *manifest.get("target", {}).values()):
        for kind in ("dependencies", "build-dependencies"):
            for alias, spec in table.get(kind, {}).items():
                details, base = spec, folder
                if isinstance(spec, dict) and spec.get("workspace"):
                    details, base = inherited.get(alias, {}), root
                if not isinstance(details, dict):
                    details = {}
                path = (base / details["path"]).resolve() if "path" in details else None
                yield details.get("package", alias), path


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise WorkspaceError(f"{path} does not exist: name the folder of a Cargo workspace") from None
    except tomllib.TOMLDecodeError as error:
        raise WorkspaceError(f"{path} is not valid TOML: {error}") from None
