"""The files that a build reads, and the digest of each binary's files.

The digest names the artifact in S3. It covers content only: no times, absolute paths or comments in manifests.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import tomli_w

from .extra_files import ExtraFile, find_sources, read_extra_files
from .lock import Closure, Identity, Lock, reaching
from .manifest import MANIFEST, Package, Toml, below, table
from .plan import PACKER_VERSION, BuildError, BuildSettings, artifact_key
from .sources import SourceFile, Sources, not_built
from .workspace import Workspace, read_workspace

DIGEST_LENGTH = 32
"""Hexadecimal digits of the SHA-256 in a key: 128 bits."""


@dataclass(frozen=True)
class Part:
    """A package or an included folder in the staging tree."""

    folder: str
    """Folder relative to the anchor, `.` for the anchor itself."""
    files: Mapping[str, SourceFile]
    package: Package | None = None
    vendored: str | None = None
    """Name of the package, if it substitutes one of a registry."""

    @property
    def crate(self) -> str | None:
        """Name of the package that the files belong to; included files belong to none."""
        return self.package.name if self.package else self.vendored

    def staged_path(self, name: str) -> str:
        """Return the path of a file relative to the anchor."""
        return os.path.normpath(Path(self.folder, name))


class BuildInputs:
    """The inputs of a build of some binaries of a workspace."""

    def __init__(
        self,
        workspace: Workspace,
        settings: BuildSettings,
        binaries: Sequence[str],
        program: Path,
        lock: Path | None = None,
    ) -> None:
        """Read the sources of `binaries`; `program` is the folder of the Pulumi program.

        `lock` is read in the place of the workspace's own lock file.

        Raises:
            BuildError: with the file and the remedy.
        """
        self.workspace = workspace
        self.settings = settings
        self.lock = Lock(workspace, lock)
        self.closures: dict[str, Closure] = {
            binary: self.lock.closure(workspace.owner(binary)) for binary in sorted(set(binaries))
        }
        self.packages = {
            package.folder: package for closure in self.closures.values() for package in closure.packages.values()
        }
        included = {name: self._include(name) for name in settings.include}
        vendored = self._vendored_folders()
        self.anchor = self._find_anchor([*self.packages, *included.values(), *vendored])
        allowed = (program.resolve(), workspace.folder)
        extra = {
            binary: find_sources(binary, settings.files.get(binary, {}), workspace.project, allowed)
            for binary in self.closures
        }
        packed = [path for found in extra.values() for path in found.values()]
        sources = Sources([*self.packages, *included.values(), *vendored, *packed], program)
        self._parts = {
            folder: Part(self.relative(folder), sources.package(package), package)
            for folder, package in self.packages.items()
        }
        self._included = {name: Part(self.relative(path), sources.folder(path)) for name, path in included.items()}
        self.extra_files: dict[str, dict[str, ExtraFile]] = {
            binary: read_extra_files(binary, found, sources) for binary, found in extra.items()
        }
        self._vendored = {
            path: Part(self.relative(path), sources.folder(path), vendored=name) for path, name in vendored.items()
        }

    @property
    def parts(self) -> list[Part]:
        """All packages, vendored packages and included folders."""
        return [*self._parts.values(), *self._vendored.values(), *self._included.values()]

    def relative(self, path: Path) -> str:
        """Return a path relative to the anchor, the common folder of all sources."""
        return os.path.relpath(path, self.anchor)

    def readable(self, binary: str) -> list[Part]:
        """Return the parts that the build of a binary may read."""
        own = [self._parts[package.folder] for package in self.closures[binary].packages.values()]
        return [*own, *self._vendored.values(), *self._included.values()]

    @cached_property
    def files(self) -> dict[str, SourceFile]:
        """All files by their path relative to the anchor."""
        return {part.staged_path(name): file for part in self.parts for name, file in part.files.items()}

    @cached_property
    def digests(self) -> dict[str, str]:
        """The digest of each binary."""
        parts = {folder: _part_lines(part) for folder, part in self._parts.items()}
        included = [line for part in self._included.values() for line in _part_lines(part)]
        return {binary: self._digest(binary, parts, included) for binary in self.closures}

    @cached_property
    def keys(self) -> dict[str, str]:
        """The key of each binary's artifact."""
        architecture = self.settings.architecture
        return {binary: artifact_key(binary, architecture, digest) for binary, digest in self.digests.items()}

    @cached_property
    def documents(self) -> dict[str, bytes]:
        """Generated files of the staged tree by their path relative to the anchor."""
        found = {
            part.staged_path(MANIFEST): tomli_w.dumps(part.package.data).encode()
            for part in self._parts.values()
            if part.package
        }
        root = self._root_manifest()
        if own := self.packages.get(self.anchor):
            root = own.data | root
        return found | {
            MANIFEST: tomli_w.dumps(root).encode(),
            "Cargo.lock": self.lock.path.read_bytes(),
            self.config_place: tomli_w.dumps(self._cargo_config()).encode(),
            "CargoLambda.toml": tomli_w.dumps(self.workspace.configuration.cargo_lambda).encode(),
        }

    @property
    def config_place(self) -> str:
        """Path of Cargo's configuration relative to the anchor; paths in it are relative to the workspace."""
        return os.path.normpath(Path(self.relative(self.workspace.folder), ".cargo/config.toml"))

    def covers(self, binary: str, path: Path) -> bool:
        """Return whether a file is in the digest of a binary, also if it was deleted. The lock file is separate."""
        closure = self.closures[binary]
        configuration = {*self.workspace.configuration.files, self.workspace.root.manifest}
        if path in configuration or path in {package.manifest for package in closure.packages.values()}:
            return True
        if any(path == file.source.origin for file in self.extra_files[binary].values()):
            return True
        name = os.path.relpath(path, self.anchor)
        if path.exists():
            return any(name == part.staged_path(file) for part in self.readable(binary) for file in part.files)
        nearest = max((folder for folder in self.packages if path.is_relative_to(folder)), default=None)
        reached = {package.folder: package for package in closure.packages.values()}
        return nearest in reached and not not_built(os.path.relpath(path, nearest), reached[nearest])

    @cached_property
    def _sharing(self) -> dict[str, dict[Identity, Toml]]:
        """For each binary, the locked packages of others that depend on its own."""
        return {
            binary: reaching(self.lock, closure, self.closures.values()) for binary, closure in self.closures.items()
        }

    def lock_lines(self, binary: str) -> list[str]:
        """Return the part of the lock file that affects a binary, one line per package."""
        closure, others = self.closures[binary], self._sharing[binary]
        return [
            *(f"package {' '.join(key)} {entry.get('checksum', '')}" for key, entry in sorted(closure.locked.items())),
            *(f"shares {' '.join(key)} {entry.get('checksum', '')}" for key, entry in others.items()),
        ]

    def _digest(self, binary: str, parts: Mapping[Path, list[str]], included: Iterable[str]) -> str:
        closure = self.closures[binary]
        reached = {package.folder for package in closure.packages.values()}
        others = self._sharing[binary]
        users = {
            package.folder: package
            for other in self.closures.values()
            for package in other.packages.values()
            if package.folder not in reached and any(name == package.name and not source for name, _, source in others)
        }
        configuration = self.workspace.configuration
        lines = [
            f"packer {PACKER_VERSION}",
            f"binary {binary} of {self._from_root(closure.owner.folder)}",
            f"architecture {self.settings.architecture}",
            f"profile {self.settings.profile} {_text(self._profiles(closure))}",
            f"environment {_text(dict(self.settings.environment))}",
            f"toolchain {configuration.toolchain}",
            f"configuration {_text([configuration.cargo, configuration.cargo_lambda])}",
            f"workspace {self.workspace.root.resolver} {_text(self._metadata())} {self._from_root(self.anchor)}",
            f"patches {_text(self._patches(closure))}",
            # cargo-lambda reads a package's metadata only if it builds that package alone.
            f"alone {len(self.closures) == 1 and 'lambda' in table(closure.owner.data, 'package', 'metadata')}",
            f"features {_text(self._features(reached | set(users)))}",
            *self.lock_lines(binary),
            *(
                f"asks {self._from_root(folder)} {_text(_requests(package))}"
                for folder, package in sorted(users.items())
            ),
            *(line for folder in sorted(reached) for line in (f"folder {self._from_root(folder)}", *parts[folder])),
            *(line for part in self._vendored_of(closure) for line in (f"vendored {part.folder}", *_part_lines(part))),
            *included,
            *(
                f"packed {_text([name, file.mode, file.source.sha256])}"
                for name, file in self.extra_files[binary].items()
            ),
        ]
        return hashlib.sha256("\n".join(lines).encode(errors="surrogateescape")).hexdigest()[:DIGEST_LENGTH]

    def _from_root(self, folder: Path) -> str:
        return os.path.relpath(folder, self.workspace.folder)

    def _features(self, folders: Iterable[Path]) -> dict[str, list[str]]:
        """Return the features that packages of some folders request."""
        requested: dict[str, list[str]] = {}
        for binary, closure in self.closures.items():
            if closure.owner.folder in folders and (names := self.settings.features.get(binary)):
                folder = self._from_root(closure.owner.folder)
                requested[folder] = sorted({*requested.get(folder, []), *names})
        return requested

    def _profiles(self, closure: Closure) -> Toml:
        """Return the build profile, the profiles that it inherits, and its overrides for locked packages."""
        defined = table(self.workspace.root.data, "profile")
        names = {name for name, _, _ in closure.locked}
        used: Toml = {}
        profile: str | None = self.settings.profile
        while profile in defined and profile not in used:
            used[profile] = defined[profile] | {
                key: {spec: value for spec, value in defined[profile][key].items() if _name_of(spec) in {*names, "*"}}
                for key in ("package",)
                if key in defined[profile]
            }
            profile = defined[profile].get("inherits")
        return used

    def _patches(self, closure: Closure) -> Toml:
        """Return the patches of packages in a closure."""
        names = {name for name, _, _ in closure.locked}
        relevant = {
            source: {
                name: spec for name, spec in entries.items() if table({"": spec}, "").get("package", name) in names
            }
            for source, entries in self.workspace.patches.items()
        }
        return {source: entries for source, entries in relevant.items() if entries}

    def _metadata(self) -> Toml:
        """Return the workspace metadata for cargo-lambda."""
        return table(self.workspace.root.workspace, "metadata", "lambda")

    def _root_manifest(self) -> Toml:
        members = {member.folder for member in self.workspace.members}
        whole = Closure(
            owner=next(iter(self.closures.values())).owner,
            packages={},
            locked={key: entry for closure in self.closures.values() for key, entry in closure.locked.items()},
        )
        patches = {
            source: {name: self._moved(spec) for name, spec in entries.items()}
            for source, entries in self._patches(whole).items()
        }
        folders = sorted(self.packages)
        manifest: Toml = {
            "workspace": {
                "resolver": self.workspace.root.resolver,
                "members": [self.relative(folder) for folder in folders if folder in members and folder != self.anchor],
                "exclude": [self.relative(folder) for folder in folders if folder not in members],
                "metadata": {"lambda": self._metadata()} if self._metadata() else {},
            },
            "profile": self._profiles(whole),
        }
        return manifest | ({"patch": patches} if patches else {})

    def _moved(self, spec: Any) -> Any:
        if not (isinstance(spec, dict) and "path" in spec):
            return spec
        return spec | {"path": self.relative(below(self.workspace.folder, spec["path"], self.workspace.root.manifest))}

    def _cargo_config(self) -> Toml:
        configuration = self.workspace.configuration
        overrides = [self._from_root(folder) for folder in configuration.overrides if folder in self.packages]
        sources = {
            name: spec | ({"directory": self._from_root(Path(spec["directory"]))} if "directory" in spec else {})
            for name, spec in table(configuration.transport, "source").items()
        }
        transport = configuration.transport | ({"source": sources} if sources else {})
        return configuration.cargo | transport | ({"paths": overrides} if overrides else {})

    def _include(self, name: str) -> Path:
        path = below(self.workspace.project, name, Path("RustWorkspaceArgs.include"))
        if not path.exists():
            raise BuildError(f"{path} does not exist: correct `include` of the RustWorkspace, relative to its path")
        return path

    def _vendored_folders(self) -> dict[Path, str]:
        found = [self._vendored_paths(closure) for closure in self.closures.values()]
        return {path: name for paths in found for path, name in paths.items()}

    def _vendored_paths(self, closure: Closure) -> dict[Path, str]:
        """Return the folders that substitute packages of a closure, as Cargo finds them by their manifests."""
        candidates = {
            folder / directory: name
            for folder in self.workspace.configuration.vendored
            for name, version, source in closure.locked
            if source
            for directory in (name, f"{name}-{version}")
        }
        return {path: name for path, name in sorted(candidates.items()) if path.is_dir()}

    def _vendored_of(self, closure: Closure) -> list[Part]:
        return [self._vendored[path] for path in self._vendored_paths(closure)]

    def _find_anchor(self, folders: Iterable[Path]) -> Path:
        """Return the nearest common folder of all sources, which is the root of the staging tree.

        Cargo passes paths relative to it to rustc, so binaries do not contain the staging tree's path.
        """
        anchor = Path(os.path.commonpath([self.workspace.folder, *folders]))
        if not anchor.is_dir():
            anchor = anchor.parent
        owners = {closure.owner.folder for closure in self.closures.values()}
        members = {member.folder for member in self.workspace.members} | owners
        return anchor.parent if anchor in self.packages and anchor not in members else anchor


def read_inputs(folder: Path, settings: BuildSettings, binaries: Sequence[str], program: Path) -> BuildInputs:
    """Return the inputs of some binaries of the Cargo project in `folder`.

    Raises:
        BuildError: with the file and the remedy.
    """
    return BuildInputs(read_workspace(folder), settings, binaries, program)


def _part_lines(part: Part) -> list[str]:
    manifest = [f"manifest {_text(part.package.data)}"] if part.package else [f"include {part.folder}"]
    return [*manifest, *sorted(f"file {name} {file.sha256}" for name, file in part.files.items())]


def _requests(package: Package) -> list[Toml]:
    """Return the tables of a manifest that affect its dependencies."""
    tables = ("dependencies", "build-dependencies", "features", "target")
    return [table(package.data, name) for name in tables]


def _name_of(spec: str) -> str:
    return spec.rsplit("#", 1)[-1].split("@", 1)[0].split(":", 1)[0]


def _text(data: Any) -> str:
    return json.dumps(data, sort_keys=True, default=str)
