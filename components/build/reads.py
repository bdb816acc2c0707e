"""Compares the files and variables that a build read with those in its digests."""

import filecmp
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from .cargo import Compiled, Compiler
from .inputs import BuildInputs, Part
from .manifest import MANIFEST
from .plan import BuildError
from .stage import Stage

SPECIAL_PROFILES = {"dev": "debug", "test": "debug", "bench": "release"}
"""Profiles with a different folder name."""
ENV_DEP = re.compile(r"^# env-dep:([^=\n]+)", re.MULTILINE)
RERUN_IF_ENV = re.compile(r"^cargo::?rerun-if-env-changed=(.+)$", re.MULTILINE)
BUILD_SCRIPT_OUTPUT = re.compile(r"/build/([^/]+)-[0-9a-f]{16}/out")
HASHED_LIBRARY = re.compile(r"lib(.+-[0-9a-f]{16})\.\w+")


class Reads:
    """Cargo's records of the files that a build read."""

    def __init__(self, inputs: BuildInputs, stage: Stage, compiler: Compiler, compiled: Compiled) -> None:
        """Prepare to check a finished call of cargo-lambda."""
        self._inputs = inputs
        self._stage = stage
        self._compiler = compiler
        self._compiled = compiled
        profile = inputs.settings.profile
        self._output = stage.target / inputs.settings.architecture.rust_target / SPECIAL_PROFILES.get(profile, profile)

    def check(self, caller: Mapping[str, str]) -> None:
        """Check every file and variable that the packages on disk read.

        Raises:
            BuildError: something outside the digests was read; the message says how to declare it.
        """
        files = {problem for binary in self._inputs.closures for problem in self._foreign_files(binary)}
        if files:
            raise BuildError("\n".join(sorted(files)))
        known = set(self._inputs.settings.environment) | set(self._inputs.workspace.configuration.cargo.get("env", {}))
        read = {
            name for name in self._variables() if not name.startswith("CARGO_") and name not in ("CARGO", "OUT_DIR")
        }
        foreign = sorted((read - known) & set(caller))
        if foreign:
            raise BuildError(
                f"the Rust code reads the environment variables {', '.join(foreign)}, whose values differ between "
                "machines: declare them in `environment` of the RustWorkspace"
            )

    def check_local_paths(self, binary: str, content: bytes) -> None:
        """Check that an executable contains no path of this machine.

        Raises:
            BuildError: it contains one, so other machines would build another executable.
        """
        zig = self._compiler.tools.zig.parent
        folders = {str(self._stage.root), str(self._compiler.caller_home.absolute()), str(zig)}
        for folder in sorted(folders):
            if (at := content.find(os.fsencode(folder))) >= 0:
                text = re.split(rb"[\0-\x1f]", content[at : at + 200])[0].decode(errors="replace")
                crate = BUILD_SCRIPT_OUTPUT.search(text)
                origin = f", from the build script of {crate[1]}" if crate else ""
                raise BuildError(
                    f"{binary} contains a local path, {text}{origin}: do not embed CARGO_MANIFEST_DIR or OUT_DIR as a "
                    "string. Vendored OpenSSL embeds its path: use rustls"
                )

    def _foreign_files(self, binary: str) -> Iterator[str]:
        parts = self._inputs.readable(binary)
        allowed = {part.staged_path(name) for part in parts for name in part.files}
        packages = [part for part in self._inputs.parts if part.package]
        for path in _dependencies(self._output / f"{binary}.d"):
            if path.is_relative_to(self._stage.target) or self._is_downloaded(path):
                continue
            name = os.path.relpath(path, self._stage.folder)
            if name.startswith("..") and not os.path.lexists(self._inputs.anchor / name):
                yield f"{binary} reads {path}, outside the project: copy it into the repository and add it to `include`"
                continue
            holder = _nearest(packages, name)
            owned = holder in parts and (
                name == holder.staged_path(MANIFEST) or path.is_dir() or name not in self._inputs.files
            )
            original = Path(os.path.normpath(self._inputs.anchor / name))
            if name in allowed or (owned and (path.exists() or not original.exists())):
                continue
            if (any(below.startswith(f"{name}/") for below in allowed) and path.is_dir()) or not original.exists():
                continue
            include = os.path.relpath(original, self._inputs.workspace.project)
            yield (
                f"{binary} reads {original}, which is not in the digest of its artifact: add {include!r} to `include` "
                "of the RustWorkspace"
            )

    def _is_downloaded(self, path: Path) -> bool:
        homes = (self._compiler.home, self._compiler.caller_home.absolute())
        return any(path.is_relative_to(home / name) for home in homes for name in ("registry", "git"))

    def _variables(self) -> Iterator[str]:
        """Yield the variables that packages on disk or their build scripts read."""
        for message in self._compiled.messages:
            folder = urlsplit(str(message.get("package_id", "")).removeprefix("path+")).path
            if not Path(unquote(folder)).is_relative_to(self._stage.folder):
                continue
            if message["reason"] == "build-script-executed":
                output = Path(message["out_dir"]).parent / "output"
                yield from RERUN_IF_ENV.findall(_text(output))
            elif message["reason"] == "compiler-artifact":
                for record in self._records(message):
                    yield from ENV_DEP.findall(_text(record))

    def _records(self, message: Mapping[str, Any]) -> list[Path]:
        """Return rustc's dependency files of a unit."""
        files = [Path(name) for name in message["filenames"]]
        if "custom-build" in message["target"]["kind"]:
            return [record for file in files for record in file.parent.glob("*.d")]
        records = [file.with_name(f"{match[1]}.d") for file in files if (match := HASHED_LIBRARY.fullmatch(file.name))]
        executable = self._compiled.executables.get(message["target"]["name"])
        if message.get("executable") and executable:
            name = message["target"]["name"].replace("-", "_")
            units = [unit for unit in (self._output / "deps").glob(f"{name}-*") if not unit.suffix]
            records += [unit.with_suffix(".d") for unit in units if filecmp.cmp(unit, executable, shallow=False)]
        return records


def check_recompiled(compiled: Compiled, stage: Stage, changed: Iterable[str]) -> None:
    """Check that Cargo compiled every package whose staged files changed.

    Raises:
        BuildError: it used outdated results; everything compiled is removed.
    """
    folders = {os.path.normpath(stage.folder / folder) for folder in changed}
    stale = {
        message["target"]["name"]
        for message in compiled.messages
        if message["reason"] == "compiler-artifact"
        and message["fresh"]
        and str(Path(message["manifest_path"]).parent) in folders
    }
    if stale:
        stage.discard()
        raise BuildError(f"Cargo did not recompile {', '.join(sorted(stale))} after a change: run it again")


def _dependencies(path: Path) -> Iterator[Path]:
    """Yield the files that an executable was built from, from Cargo's dependency file."""
    for line in _text(path).splitlines():
        _, _, listed = line.partition(": ")
        for name in re.findall(r"(?:\\.|[^\s\\])+", listed):
            yield Path(os.path.normpath(re.sub(r"\\(.)", r"\1", name)))


def _nearest(packages: Iterable[Part], name: str) -> Part | None:
    holders = [part for part in packages if part.folder == "." or f"{name}/".startswith(f"{part.folder}/")]
    return max(holders, key=lambda part: len(part.folder), default=None)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode(errors="surrogateescape")
    except OSError as error:
        raise BuildError(f"Cargo left no record of what it read, {path}: {error.strerror}. Run it again") from None
