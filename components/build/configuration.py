"""Configuration files that affect a build: Cargo's, cargo-lambda's and rustup's.

The build uses those from the workspace's folder up to the root of the repository. Files above it differ between
machines, so the build ignores them. Of the file in Cargo's home, the build uses only the tables about fetching
packages.
"""

import os
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import tomli

from .manifest import Toml, below, read_toml, table
from .plan import BuildError

TRANSPORT = ("source", "registries", "registry", "net", "http")
"""Tables about fetching packages; `Cargo.lock` has their checksums."""
EXACT_TOOLCHAIN = re.compile(r"\d+\.\d+\.\d+|(?:stable|beta|nightly)-\d{4}-\d{2}-\d{2}")
"""Toolchains that stay the same compiler, https://rust-lang.github.io/rustup/concepts/toolchains.html."""


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """The merged configuration of a workspace; all paths in it are relative to the workspace's folder."""

    cargo: Toml = field(default_factory=dict)
    """Tables of Cargo's configuration that affect binaries: build.rustflags, target, profile, env."""
    transport: Toml = field(default_factory=dict)
    """Tables of Cargo's configuration about fetching packages."""
    patches: Toml = field(default_factory=dict)
    """`[patch]` of Cargo's configuration."""
    overrides: tuple[Path, ...] = ()
    """Folders of `paths`."""
    cargo_lambda: Toml = field(default_factory=dict)
    """The nearest CargoLambda.toml."""
    toolchain: str | None = None
    """The toolchain that a toolchain file names; without one rustup's default compiles."""
    files: tuple[Path, ...] = ()
    """All files that were read."""

    @property
    def has_exact_toolchain(self) -> bool:
        """Whether every machine compiles with the same version of rustc."""
        return self.toolchain is not None and EXACT_TOOLCHAIN.fullmatch(self.toolchain) is not None

    @cached_property
    def vendored(self) -> tuple[Path, ...]:
        """Folders of the vendored packages that stand in for a registry."""
        return tuple(
            Path(spec["directory"]) for spec in self.transport.get("source", {}).values() if "directory" in spec
        )


def repository_root(folder: Path) -> Path | None:
    """Return the nearest folder above that holds `.git`."""
    return next((parent for parent in (folder, *folder.parents) if (parent / ".git").exists()), None)


def read_configuration(folder: Path) -> Configuration:
    """Read the configuration files from the workspace's folder up to the root of its repository.

    Raises:
        BuildError: a file cannot be read, or chooses a compiler of its own.
    """
    top = repository_root(folder) or folder
    chain = [parent for parent in (folder, *folder.parents) if parent.is_relative_to(top)]
    files: list[Path] = []
    merged: Toml = {}
    for parent in reversed(chain):
        # Where both exist, Cargo reads the one without the extension.
        for name in ("config", "config.toml"):
            if (path := parent / ".cargo" / name).is_file():
                merged = _merge(merged, _cargo_file(path, parent, files))
                break
    toolchain = next((found for parent in chain if (found := _toolchain(parent, files))), None)
    cargo_lambda = next((path for parent in chain if (path := parent / "CargoLambda.toml").is_file()), None)
    files += [cargo_lambda] if cargo_lambda else []
    build = {key: value for key, value in table(merged, "build").items() if key == "rustflags"}
    relevant = {key: merged[key] for key in ("target", "profile", "env") if key in merged} | (
        {"build": build} if build else {}
    )
    for spec in table(relevant, "env").values():
        if isinstance(spec, dict) and spec.get("relative"):
            spec["value"] = os.path.relpath(spec["value"], folder)
    return Configuration(
        cargo=relevant,
        transport={key: merged[key] for key in TRANSPORT if key in merged},
        patches={source: _relocated(entries, folder) for source, entries in table(merged, "patch").items()},
        overrides=tuple(Path(path) for path in merged.get("paths", [])),
        cargo_lambda=read_toml(cargo_lambda) if cargo_lambda else {},
        toolchain=toolchain,
        files=tuple(files),
    )


def _cargo_file(path: Path, base: Path, files: list[Path]) -> Toml:
    """Return a configuration file over those that it includes, with absolute paths in the tables that name any."""
    if path in files:
        raise BuildError(f"{path} includes itself: remove the `include`")
    files.append(path)
    data = read_toml(path)
    if "rustc" in table(data, "build"):
        raise BuildError(f"{path} chooses a compiler by build.rustc: pin one in rust-toolchain.toml instead")
    merged: Toml = {}
    include = data.pop("include", [])
    for entry in include if isinstance(include, list) else [include]:
        spec = entry if isinstance(entry, dict) else {"path": entry}
        included = Path(os.path.normpath(path.parent / spec["path"]))
        if included.is_file() or not spec.get("optional"):
            merged = _merge(merged, _cargo_file(included, base, files))
    _make_absolute(data, base, path)
    return _merge(merged, data)


def _make_absolute(data: Toml, base: Path, path: Path) -> None:
    if "paths" in data:
        data["paths"] = [str(below(base, entry, path)) for entry in data["paths"]]
    for spec in table(data, "source").values():
        for key in spec.keys() & {"directory", "local-registry"}:
            spec[key] = os.path.normpath(base / spec[key])
    patched = [spec for entries in table(data, "patch").values() for spec in entries.values()]
    for spec in patched:
        if isinstance(spec, dict) and "path" in spec:
            spec["path"] = str(below(base, spec["path"], path))
    for spec in table(data, "env").values():
        if isinstance(spec, dict) and spec.get("relative"):
            spec["value"] = str(below(base, spec["value"], path))


def _merge(low: Toml, high: Toml) -> Toml:
    """Merge as Cargo does: tables by key, lists end to end, everything else by the nearer file."""
    merged = dict(low)
    for key, value in high.items():
        known = merged.get(key)
        if isinstance(known, dict) and isinstance(value, dict):
            merged[key] = _merge(known, value)
        else:
            merged[key] = [*known, *value] if isinstance(known, list) and isinstance(value, list) else value
    return merged


def _relocated(entries: Toml, folder: Path) -> Toml:
    def moved(spec: Any) -> Any:
        return (
            spec | {"path": os.path.relpath(spec["path"], folder)}
            if isinstance(spec, dict) and "path" in spec
            else spec
        )

    return {name: moved(spec) for name, spec in entries.items()}


def _toolchain(folder: Path, files: list[Path]) -> str | None:
    """Return what a toolchain file names; rustup prefers the one without the extension."""
    for name in ("rust-toolchain", "rust-toolchain.toml"):
        if not (path := folder / name).is_file():
            continue
        files.append(path)
        text = path.read_text(encoding="utf-8-sig")
        try:
            toolchain = table(tomli.loads(text), "toolchain")
        except tomli.TOMLDecodeError as error:
            if name.endswith(".toml") or len(text.split()) != 1:
                raise BuildError(f"{path} cannot be read as TOML: {error}") from None
            return text.strip()
        named = toolchain.get("channel") or toolchain.get("path")
        if not isinstance(named, str):
            raise BuildError(f"{path} names no toolchain: add toolchain.channel")
        return named
    return None
