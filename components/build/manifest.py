"""Reads the manifest of a package, and resolves what it inherits from its workspace."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

# Cargo accepts TOML 1.1 since 1.94; Python's tomllib reads 1.0 only, and is ten times slower.
import tomli

from .plan import BuildError

Toml = dict[str, Any]
MANIFEST = "Cargo.toml"
DEPENDENCY_TABLES = {"dependencies": "dependencies", "build-dependencies": "build-dependencies"}
"""Tables of dependencies that can be part of a binary, with all spellings that Cargo accepts."""
DEPENDENCY_TABLES |= {"build_dependencies": "build-dependencies"}
IGNORED_TABLES = {"dev-dependencies", "dev_dependencies", "test", "bench", "example", "badges", "lints"}
"""Tables that only tests, benchmarks, examples, registries and linters use."""


def read_toml(path: Path) -> Toml:
    """Return the content of a TOML 1.1 file, which may start with a byte order mark.

    Raises:
        BuildError: the file is missing or is not TOML.
    """
    try:
        return tomli.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise BuildError(f"{path} does not exist") from None
    except (OSError, UnicodeDecodeError, tomli.TOMLDecodeError) as error:
        raise BuildError(f"{path} cannot be read as TOML: {error}") from None


def table(data: Mapping[str, Any], *names: str) -> Toml:
    """Return a nested table, or an empty one."""
    found: Any = data
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def below(folder: Path, name: str, manifest: Path) -> Path:
    """Return a path of a manifest relative to `folder`.

    Raises:
        BuildError: the path is absolute, so it differs between machines.
    """
    if Path(name).is_absolute():
        raise BuildError(f"{manifest} names the absolute path {name}: use a path relative to the manifest")
    return Path(os.path.normpath(folder / name))


@dataclass(frozen=True, kw_only=True)
class Package:
    """A package on disk."""

    folder: Path
    """Folder of the manifest, absolute."""
    data: Toml
    """The parsed manifest with inherited values, without parts that do not affect binaries."""

    @property
    def manifest(self) -> Path:
        """Path of the manifest."""
        return self.folder / MANIFEST

    @property
    def name(self) -> str:
        """`package.name`."""
        return str(self.data["package"]["name"])

    @cached_property
    def dependencies(self) -> dict[str, list[Path]]:
        """Package names of the normal and build dependencies, with the folders of those by path."""
        found: dict[str, list[Path]] = {}
        for alias, spec in dependency_specs(self.data):
            folders = found.setdefault(str(spec.get("package", alias)), [])
            if "path" in spec:
                folders.append(below(self.folder, spec["path"], self.manifest))
        return found

    @cached_property
    def target_places(self) -> frozenset[str]:
        """Top-level names in the paths of targets and of the build script, such as `events` of `events/order.rs`."""
        targets = [*self.data.get("bin", []), self.data.get("lib", {}), {"path": self.data["package"].get("build")}]
        paths = [target.get("path") for target in targets if isinstance(target, dict)]
        return frozenset(PurePosixPath(path).parts[0] for path in paths if isinstance(path, str) and path)

    @cached_property
    def binaries(self) -> tuple[str, ...]:
        """Names of the binary targets, as Cargo finds them: `[[bin]]`, src/main.rs, src/bin/*.rs, src/bin/*/main.rs."""
        explicit = [target for target in self.data.get("bin", []) if isinstance(target, dict) and "name" in target]
        names = {str(target["name"]) for target in explicit}
        if self.data["package"].get("autobins", True):
            # Like Cargo: "." in a path is nothing, ".." is not resolved.
            claimed = {PurePosixPath(target["path"]).as_posix() for target in explicit if "path" in target}
            found = {self.name: "src/main.rs"} if (self.folder / "src/main.rs").is_file() else {}
            for source in self.folder.glob("src/bin/*.rs"):
                found[source.stem] = f"src/bin/{source.name}"
            for source in self.folder.glob("src/bin/*/main.rs"):
                found[source.parent.name] = f"src/bin/{source.parent.name}/main.rs"
            names |= {name for name, source in found.items() if source not in claimed}
        return tuple(sorted(names))


def dependency_specs(data: Toml) -> Iterator[tuple[str, Toml]]:
    """Yield each normal and build dependency of a manifest as its key and its table."""
    for tables in (data, *table(data, "target").values()):
        for spelling in DEPENDENCY_TABLES:
            for alias, spec in table(tables, spelling).items():
                yield alias, spec if isinstance(spec, dict) else {"version": spec}


def read_package(folder: Path, data: Toml, workspace_root: Path, workspace: Toml) -> Package:
    """Return the package of a parsed manifest, which inherits from a workspace.

    Raises:
        BuildError: the manifest has no package name, or inherits a value that the workspace lacks.
    """
    manifest = folder / MANIFEST
    if not isinstance(table(data, "package").get("name"), str):
        raise BuildError(f"{manifest} has no package.name")
    inherit = _Inheritance(folder, workspace_root, workspace)
    resolved = {key: value for key, value in data.items() if key not in IGNORED_TABLES | {"workspace", "profile"}}
    resolved = {key: value for key, value in resolved.items() if key not in ("patch", "replace")}
    package = {key: inherit.field(key, value) for key, value in data["package"].items() if key != "workspace"}
    resolved["package"] = package | {"autotests": False, "autobenches": False, "autoexamples": False}
    if "target" in data:
        resolved["target"] = {cfg: inherit.dependencies(tables) for cfg, tables in table(data, "target").items()}
    return Package(folder=folder, data=inherit.dependencies(resolved))


@dataclass(frozen=True)
class _Inheritance:
    """Resolves `workspace = true`."""

    folder: Path
    root: Path
    workspace: Toml

    def field(self, key: str, value: Any) -> Any:
        if not (isinstance(value, dict) and value.get("workspace")):
            return value
        inherited = table(self.workspace, "package").get(key)
        if inherited is None:
            raise BuildError(f"{self.folder / MANIFEST} inherits package.{key}, which {self.root / MANIFEST} lacks")
        return self._moved(inherited) if key in ("readme", "license-file") else inherited

    def dependencies(self, tables: Toml) -> Toml:
        reduced = {key: value for key, value in tables.items() if key not in IGNORED_TABLES}
        for spelling, key in DEPENDENCY_TABLES.items():
            if spelling in reduced:
                specs = reduced.pop(spelling)
                reduced[key] = {alias: self._dependency(alias, spec) for alias, spec in specs.items()}
        return reduced

    def _dependency(self, alias: str, spec: Any) -> Any:
        if not (isinstance(spec, dict) and spec.get("workspace")):
            return spec
        shared = table(self.workspace, "dependencies").get(alias)
        if shared is None:
            raise BuildError(
                f"{self.folder / MANIFEST} inherits the dependency {alias}, which {self.root / MANIFEST} lacks in "
                "workspace.dependencies"
            )
        merged: Toml = dict(shared) if isinstance(shared, dict) else {"version": shared}
        if "path" in merged:
            merged["path"] = self._moved(merged["path"])
        features = [*merged.get("features", []), *spec.get("features", [])]
        # As Cargo does: a member can turn the default features on, and cannot turn them off.
        default = _default_features(merged) is not False or _default_features(spec) is True
        merged = {key: value for key, value in merged.items() if key not in ("default_features", "features")}
        own = {key: spec[key] for key in ("optional", "public") if key in spec}
        return merged | own | {"default-features": default} | ({"features": features} if features else {})

    def _moved(self, path: Any) -> Any:
        return (
            os.path.relpath(below(self.root, path, self.root / MANIFEST), self.folder)
            if isinstance(path, str)
            else path
        )


def _default_features(spec: Toml) -> Any:
    return spec.get("default-features", spec.get("default_features"))
