"""Finds the packages of a Cargo workspace from its manifests, like Cargo.

It does not call Cargo or resolve versions, so previews work without Rust.
"""

import glob
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from .configuration import Configuration, read_configuration
from .manifest import MANIFEST, Package, Toml, below, dependency_specs, read_package, read_toml, table
from .plan import BuildError

NEWEST_RESOLVER = {"2021": "2", "2024": "3"}
"""The default resolver of an edition, https://doc.rust-lang.org/cargo/reference/resolver.html#resolver-versions."""


@dataclass(frozen=True)
class Root:
    """The manifest of a workspace, or of a package without a workspace."""

    folder: Path
    data: Toml

    @property
    def manifest(self) -> Path:
        """Path of the manifest."""
        return self.folder / MANIFEST

    @property
    def is_workspace(self) -> bool:
        """Whether there is a `[workspace]` table, which may be empty."""
        return "workspace" in self.data

    @property
    def workspace(self) -> Toml:
        """The `[workspace]` table; empty if there is none."""
        return table(self.data, "workspace")

    @property
    def resolver(self) -> str:
        """Version of Cargo's resolver."""
        package = table(self.data, "package")
        edition = package.get("edition")
        if isinstance(edition, dict):
            edition = table(self.workspace, "package").get("edition")
        stated = self.workspace.get("resolver") or package.get("resolver")
        return str(stated or NEWEST_RESOLVER.get(str(edition), "1"))

    def is_excluded(self, folder: Path) -> bool:
        """Return whether `workspace.exclude` excludes a folder; literally named members stay."""

        def named(key: str) -> bool:
            return any(folder.is_relative_to(self.folder / str(entry)) for entry in self.workspace.get(key, []))

        return named("exclude") and not named("members")


class Workspace:
    """The packages of a workspace."""

    def __init__(self, root: Root, project: Path) -> None:
        """Use `read_workspace`."""
        self.root = root
        self.project = project
        """The requested folder: the workspace's or a member's."""
        self._manifests: dict[Path, Toml] = {}
        self._packages: dict[Path, Package] = {}
        self.members = tuple(sorted(self._find_members(), key=lambda package: package.folder))

    @property
    def folder(self) -> Path:
        """Folder of the root manifest."""
        return self.root.folder

    @cached_property
    def configuration(self) -> Configuration:
        """The workspace's configuration of Cargo, cargo-lambda and rustup."""
        return read_configuration(self.folder)

    @property
    def binaries(self) -> tuple[str, ...]:
        """Names of all binary targets of members, sorted."""
        return tuple(sorted({binary for member in self.members for binary in member.binaries}))

    def owner(self, binary: str) -> Package:
        """Return the member that has the binary.

        Raises:
            BuildError: no member has it, or several.
        """
        owners = [member for member in self.members if binary in member.binaries]
        if not owners:
            has = ", ".join(self.binaries) or "none"
            raise BuildError(f"{self.folder} has no binary {binary}. Create it, or name one that exists: {has}")
        if len(owners) > 1:
            manifests = " and ".join(str(owner.manifest) for owner in owners)
            raise BuildError(f"{manifests} both have a binary {binary}: rename one of them")
        return owners[0]

    def package(self, folder: Path) -> Package:
        """Return the package in a folder, which may be outside the workspace.

        Raises:
            BuildError: its manifest cannot be read.
        """
        if folder not in self._packages:
            data = self._manifest(folder)
            root = self.root if folder == self.folder or folder.is_relative_to(self.folder) else find_root(folder)
            self._packages[folder] = read_package(folder, data, root.folder, root.workspace)
        return self._packages[folder]

    def _manifest(self, folder: Path) -> Toml:
        if folder not in self._manifests:
            self._manifests[folder] = read_toml(folder / MANIFEST)
        return self._manifests[folder]

    @cached_property
    def patches(self) -> dict[str, Toml]:
        """`[patch]` of the manifest and of Cargo's configuration by source, with paths relative to the root."""
        merged: dict[str, Toml] = {}
        for patches in (self.configuration.patches, table(self.root.data, "patch")):
            for source, entries in patches.items():
                merged[source] = {**merged.get(source, {}), **entries}
        return merged

    @cached_property
    def substitutes(self) -> dict[str, Package]:
        """Packages that `[patch]` or `paths` substitute for a registry's, by name."""
        specs = [(name, spec) for entries in self.patches.values() for name, spec in entries.items()]
        folders = [below(self.folder, spec["path"], self.root.manifest) for _, spec in specs if "path" in spec]
        packages = [self.package(folder) for folder in (*folders, *self.configuration.overrides)]
        return {package.name: package for package in packages}

    def by_path(self, packages: Iterable[Package]) -> dict[str, Package]:
        """Return `packages` and their transitive path dependencies, by name.

        Raises:
            BuildError: two of them have the same name.
        """
        found: dict[str, Package] = {}
        pending = list(packages)
        while pending:
            package = pending.pop()
            known = found.get(package.name)
            if known is None:
                found[package.name] = package
                for folders in package.dependencies.values():
                    pending += [self.package(_existing(folder, package.manifest)) for folder in folders]
            elif known.folder.resolve() != package.folder.resolve():
                raise BuildError(f"{known.manifest} and {package.manifest} have the same name: rename one of them")
        return found

    def _find_members(self) -> Iterator[Package]:
        """Find the members as Cargo does: globs of `members`, the root package, path dependencies below the root."""
        if not self.root.is_workspace:
            yield self.package(self.folder)
            return
        pending = [self.folder] if "package" in self.root.data else []
        for pattern in self.root.workspace.get("members", []):
            pending += self._expand(str(pattern))
        seen: set[Path] = set()
        while pending:
            folder = pending.pop()
            if folder in seen or (self.root.is_excluded(folder) and folder != self.folder):
                continue
            seen.add(folder)
            yield self.package(folder)
            pending += [other for other in self._path_dependencies(folder) if other.is_relative_to(self.folder)]

    def _expand(self, pattern: str) -> list[Path]:
        found = self.folder.glob(pattern) if glob.has_magic(pattern) else ()
        # Like Cargo: a pattern without matches is a path, and a matching folder must be a package.
        folders = [folder for folder in found if folder.is_dir()] or [self.folder / pattern]
        return [Path(os.path.normpath(folder)) for folder in folders]

    def _path_dependencies(self, folder: Path) -> list[Path]:
        """Return the folders of all path dependencies, including those of tests."""
        data = self._manifest(folder)
        specs = list(dependency_specs(data))
        for tables in (data, *table(data, "target").values()):
            for spelling in ("dev-dependencies", "dev_dependencies"):
                specs += [(alias, spec) for alias, spec in table(tables, spelling).items() if isinstance(spec, dict)]
        folders = []
        for alias, spec in specs:
            base = folder
            if spec.get("workspace"):
                base, spec = self.folder, table(self.root.workspace, "dependencies", alias)  # noqa: PLW2901
            if "path" in spec:
                folders.append(_existing(below(base, spec["path"], base / MANIFEST), folder / MANIFEST))
        return folders


def _existing(folder: Path, manifest: Path) -> Path:
    """Return the folder of a dependency of a manifest.

    Raises:
        BuildError: the folder has no package.
    """
    if not (folder / MANIFEST).is_file():
        raise BuildError(
            f"{manifest} depends on {folder}, which has no Cargo.toml: correct the path, or run `git submodule update "
            "--init` if it is in a submodule"
        )
    return folder


def read_workspace(folder: Path) -> Workspace:
    """Return the workspace that the Cargo project in `folder` belongs to.

    Raises:
        BuildError: with the file and the remedy.
    """
    folder = folder.resolve()
    if not (folder / MANIFEST).is_file():
        raise BuildError(f"{folder / MANIFEST} does not exist: name the folder of a Cargo project")
    root = find_root(folder)
    workspace = Workspace(root, folder)
    if folder != root.folder and folder not in {member.folder for member in workspace.members}:
        raise BuildError(
            f"{folder / MANIFEST} lies below the workspace {root.manifest} and is not a member of it: add it to "
            "workspace.members or workspace.exclude there, or give it an empty [workspace] table"
        )
    return workspace


def find_root(folder: Path) -> Root:
    """Return the root of the workspace that Cargo finds for the package in `folder`."""
    data = read_toml(folder / MANIFEST)
    named = table(data, "package").get("workspace")
    if (own := Root(folder, data)).is_workspace:
        return own
    if isinstance(named, str):
        parent = below(folder, named, folder / MANIFEST)
        return Root(parent, read_toml(parent / MANIFEST))
    for parent in folder.parents:
        if not (parent / MANIFEST).is_file():
            continue
        root = Root(parent, read_toml(parent / MANIFEST))
        if root.is_workspace:
            return own if root.is_excluded(folder) else root
        if isinstance(pointer := table(root.data, "package").get("workspace"), str):
            target = below(parent, pointer, root.manifest)
            return Root(target, read_toml(target / MANIFEST))
    return own
