"""Calls cargo-lambda once for the binaries of a build, in a staged tree."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO

import tomli_w

from ..architecture import Architecture
from .configuration import TRANSPORT
from .elf import LAMBDA_GLIBC
from .inputs import BuildInputs
from .manifest import MANIFEST, read_toml
from .plan import BuildError
from .stage import LOCK, Stage
from .workspace import Workspace

INHERITED = frozenset(
    (
        *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "TERM", "TMPDIR", "XDG_CACHE_HOME"),
        *("RUSTUP_HOME", "RUSTUP_AUTO_INSTALL"),
        *("CARGO_BUILD_JOBS", "SSH_AUTH_SOCK", "GIT_ASKPASS", "GIT_SSH", "GIT_SSH_COMMAND"),
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE"),
    )
)
"""Environment variables that the build inherits: for tools and the network, without effect on the binaries."""
INHERITED_PREFIXES = (
    *("CARGO_HTTP_", "CARGO_NET_", "CARGO_REGISTRIES_", "CARGO_REGISTRY_"),
    *("CARGO_TERM_", "RUSTUP_DIST_"),
)
OWN = frozenset(
    (
        *("CARGO_HOME", "CARGO_TARGET_DIR", "CCC_OVERRIDE_OPTIONS", "PATH"),
        *("CARGO_ZIGBUILD_PYTHON_PATH", "CARGO_ZIGBUILD_RUSTC_VERSION", "CARGO_ZIGBUILD_ZIG_PATH"),
        *("RUSTUP_TOOLCHAIN", "RUSTC", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "ZIG_LOCAL_CACHE_DIR"),
    )
)
"""Environment variables that the build sets and projects cannot."""
CARGO_MISSING = "cargo is not on the PATH: install Rust with rustup, https://rustup.rs"
WORKING_FOLDER = Path("/")
"""Where Cargo runs. It reads the configuration of its working folder and of all folders above."""
EPOCH_SECONDS = "315532800"
"""SOURCE_DATE_EPOCH for build scripts: 1980, the earliest time in a zip archive."""

WRAPPER = """\
#!/bin/sh
# Adds options that must not be in RUSTFLAGS: Cargo's fingerprints would contain paths of this machine. Strips debug
# information, which contains such paths too.
rustc=$1
shift
case " $* " in
*" --target "*) set -- -C target-cpu={cpu} -C strip=debuginfo "$@" ;;
esac
case " $* " in
*" --cap-lints "*) ;;
*" --crate-name "*) set -- "$@" --cap-lints allow ;;
esac
exec "$rustc" {remaps} "$@"
"""


@dataclass(frozen=True)
class Tools:
    """The installed tools that compile a workspace."""

    zig: Path
    """The executable of the package ziglang."""
    sysroot: str
    """The folder of the Rust toolchain."""
    release: str
    """The version of the Rust compiler."""
    commit: str
    """The commit of the Rust compiler, which paths in its standard library contain."""


@dataclass(frozen=True)
class Compiled:
    """The result of a cargo-lambda call."""

    executables: Mapping[str, Path]
    """The executable of each binary, written by this call."""
    messages: Sequence[Mapping[str, Any]]
    """Cargo's messages about compiled and fresh crates and build scripts."""


class Compiler:
    """Runs Cargo in a staged tree, in an environment that is the same on every machine."""

    def __init__(self, inputs: BuildInputs, stage: Stage, caller: Mapping[str, str]) -> None:
        """Prepare a build; `caller` is the environment of the process."""
        self._inputs = inputs
        self._stage = stage
        self._caller = caller
        self.caller_home = Path(caller.get("CARGO_HOME") or Path.home() / ".cargo")
        self.home = stage.root / "cargo-home"

    @cached_property
    def tools(self) -> Tools:
        """The tools that this build calls."""
        return find_tools(self._inputs.workspace, self._inputs.settings.architecture, self._caller)

    @cached_property
    def environment(self) -> dict[str, str]:
        """The variables of the build: a fixed list of the caller's, what the project declares, and constants."""
        settings = self._inputs.settings
        if taken := sorted(OWN & set(settings.environment)):
            raise BuildError(f"`environment` of the RustWorkspace sets {', '.join(taken)}, which the build itself sets")
        toolchain = self._inputs.workspace.configuration.toolchain
        return {
            **inherited_environment(self._caller),
            "SOURCE_DATE_EPOCH": EPOCH_SECONDS,
            # Build scripts must not read versions from a git repository around the staging tree.
            "GIT_CEILING_DIRECTORIES": str(self._stage.root),
            **settings.environment,
            "PATH": tool_path(self._caller),
            # cargo-lambda would start Python to find zig, several times in each build.
            "CARGO_ZIGBUILD_PYTHON_PATH": os.devnull,
            "CARGO_ZIGBUILD_ZIG_PATH": str(self.tools.zig),
            # Nor does it have to start rustc for each call of zig.
            "CARGO_ZIGBUILD_RUSTC_VERSION": self.tools.release,
            "CARGO_HOME": str(self.home),
            "CARGO_TARGET_DIR": str(self._stage.target),
            "RUSTC_WRAPPER": str(self._stage.root / "rustc-wrapper"),
            # For `__FILE__` in C code. Unlike CFLAGS, which OpenSSL embeds, only clang sees it. "#" prevents a log.
            "CCC_OVERRIDE_OPTIONS": " ".join(["#", *self._c_options()]),
            # zig's cache of compiled C code ignores those options, so each target folder has its own.
            "ZIG_LOCAL_CACHE_DIR": str(self._stage.root / "zig-cache"),
            **({"RUSTUP_TOOLCHAIN": toolchain} if toolchain else {}),
        }

    def compile(self) -> Compiled:
        """Compile the binaries; Cargo's progress and errors go to stderr.

        Compiles all of them, even if only one is missing: Cargo unifies features over the packages of a build, so a
        binary would differ if it was built alone.

        Raises:
            BuildError: a tool is missing, the code does not compile, or a binary was not made.
        """
        _check_root_configuration()
        self._prepare_home()
        self._write_wrapper()
        if self._stage.needs_resolving():
            self._resolve()
        executables = self._stage.root / "executables"
        shutil.rmtree(executables, ignore_errors=True)
        printed, errors, code = run(self._command(executables), self.environment)
        if code != 0:
            raise BuildError(self._explain(errors))
        messages = [json.loads(line) for line in printed.splitlines() if line.startswith(b"{")]
        made = {binary: executables / binary / "bootstrap" for binary in self._inputs.closures}
        if missing := sorted(binary for binary, path in made.items() if not path.is_file()):
            raise BuildError(
                f"cargo-lambda built no executable of {', '.join(missing)}: check required-features of the binary, and "
                "pass them as `features` of the RustWorkspace or of `artifact()`"
            )
        return Compiled(made, messages)

    def _command(self, executables: Path) -> list[str]:
        settings = self._inputs.settings
        glibc = ".".join(map(str, LAMBDA_GLIBC))
        owners = {binary: closure.owner.name for binary, closure in self._inputs.closures.items()}
        features = [
            f"{owners[binary]}/{feature}"
            for binary, names in settings.features.items()
            if binary in owners
            for feature in names
        ]
        return [
            *("cargo-lambda", "lambda", "build", "--global", str(self._stage.folder / "CargoLambda.toml")),
            *("--manifest-path", str(self._stage.folder / MANIFEST)),
            *("--config", str(self._stage.folder / self._inputs.config_place)),
            *("--locked", "--skip-target-check", "--profile", settings.profile),
            *("--target", f"{settings.architecture.rust_target}.{glibc}"),
            *("--lambda-dir", str(executables), "--output-format", "binary"),
            *("--message-format", "json-render-diagnostics"),
            *(argument for package in self._owner_specs() for argument in ("--package", package)),
            *(argument for binary in owners for argument in ("--bin", binary)),
            *(("--features", ",".join(sorted(set(features)))) if features else ()),
        ]

    def _owner_specs(self) -> list[str]:
        """Return the specifications of the packages that have the binaries."""
        closures = self._inputs.closures.values()
        named = Counter(name for name, _, _ in {key for closure in closures for key in closure.locked})
        names = sorted({closure.owner.name for closure in closures})
        # Cargo applies a pattern to members only; a name may also be that of a registry's package.
        return [name if named[name] == 1 else f"[{name[0]}]{name[1:]}" for name in names]

    def _resolve(self) -> None:
        """Let Cargo reduce the lock file to the staged packages, and check that it only removed entries."""
        target = self._inputs.settings.architecture.rust_target
        config = str(self._stage.folder / self._inputs.config_place)
        manifest = str(self._stage.folder / MANIFEST)
        command = ["cargo", "metadata", "--format-version", "1", "--filter-platform", target, "--config", config]
        # Without the folder, Cargo could not store what rustc says of itself, and would start rustc again to compile.
        self._stage.target.mkdir(exist_ok=True)
        _, errors, code = run([*command, "--manifest-path", manifest], self.environment)
        if code != 0:
            raise BuildError(self._explain(errors))
        ours = {_locked(entry) for entry in read_toml(self._inputs.lock.path).get("package", [])}
        added = {_locked(entry) for entry in read_toml(self._stage.folder / LOCK).get("package", [])} - ours
        if added:
            names = ", ".join(sorted(f"{name} {version}" for name, version, *_ in added))
            raise BuildError(
                f"{self._inputs.lock.path} does not fit the manifests, Cargo would add {names}: run `cargo update "
                "--workspace` there and commit the file"
            )
        self._stage.set_resolved(self._inputs)

    def _prepare_home(self) -> None:
        """Create a CARGO_HOME with the caller's downloads and credentials, but without its compiler settings."""
        self.home.mkdir(parents=True, exist_ok=True)
        for name in ("registry", "git"):
            (self.caller_home / name).mkdir(parents=True, exist_ok=True)
        shared = ("registry", "git", ".package-cache", ".package-cache-mutate", ".global-cache")
        for name in (*shared, "credentials.toml", "credentials"):
            link, target = self.home / name, self.caller_home.absolute() / name
            if not link.is_symlink() or link.readlink() != target:
                link.unlink(missing_ok=True)
                link.symlink_to(target)
        config: dict[str, Any] = {}
        for name in ("config", "config.toml"):
            if (path := self.caller_home / name).is_file():
                config = {key: value for key, value in read_toml(path).items() if key in TRANSPORT}
                break
        for spec in config.get("source", {}).values():
            for key in ("directory", "local-registry"):
                if key in spec:
                    spec[key] = os.path.normpath(self.caller_home.parent / spec[key])
        (self.home / "config.toml").write_text(tomli_w.dumps(config))

    def _remaps(self) -> dict[str, str]:
        """Return constant names for the folders of this machine."""
        return {
            str(self.caller_home.absolute()): "/cargo",
            str(self.home): "/cargo",
            str(self._stage.folder): "/workspace",
            str(self._stage.target): "/target",
        }

    def _c_options(self) -> Iterator[str]:
        """Yield edits of clang's arguments, which cannot contain spaces."""
        for path, name in self._remaps().items():
            if not re.search(r"\s", path):
                yield f"+-ffile-prefix-map={path}={name}"

    def _write_wrapper(self) -> None:
        library = f"{self.tools.sysroot}/lib/rustlib/src/rust"
        remaps = {**self._remaps(), library: f"/rustc/{self.tools.commit}"}
        options = " ".join(f"--remap-path-prefix={_quoted(path)}={name}" for path, name in remaps.items())
        wrapper = self._stage.root / "rustc-wrapper"
        text = WRAPPER.format(cpu=self._inputs.settings.architecture.target_cpu, remaps=options)
        if not wrapper.is_file() or wrapper.read_text() != text:
            wrapper.write_text(text)
            wrapper.chmod(0o755)

    def _explain(self, errors: str) -> str:
        """Return Cargo's error, with a hint."""
        if "linker `cc` not found" in errors:
            return (
                "no C compiler is on the PATH, with which Cargo links build scripts and procedural macros: install "
                "one, with `apt install build-essential` on Debian, or `xcode-select --install` on macOS"
            )
        if "custom build command for `openssl-sys" in errors:
            return (
                "openssl-sys finds no OpenSSL for Lambda: choose features with rustls instead of native-tls. `cargo "
                "tree --invert openssl-sys` shows what needs it"
            )
        if "requires the features" in errors or "required features" in errors:
            return (
                "the binary needs features: pass them as `features` of the RustWorkspace or of `artifact()`. Cargo's "
                "message is above"
            )
        if "o such file" in errors or "E0583" in errors or "couldn't read" in errors or "can't find" in errors:
            return (
                "the Rust code does not compile: a file is missing. The build has only the files of the packages, "
                "without tests, examples and ignored files: name any other in `include` of the RustWorkspace. "
                "Cargo's message above names the file"
            )
        if "not defined at compile time" in errors:
            return (
                "the Rust code reads a variable that is not set: declare it in `environment` of the RustWorkspace. "
                "Cargo's message above names it"
            )
        return "the Rust workspace does not compile: Cargo's message above names the crate and the line"


def inherited_environment(caller: Mapping[str, str]) -> dict[str, str]:
    """Return the environment variables that a build inherits."""
    return {
        name: value
        for name, value in caller.items()
        if name.upper() in INHERITED or name.startswith(INHERITED_PREFIXES)
    }


def tool_path(caller: Mapping[str, str]) -> str:
    """Return a PATH that finds the tools of this Python's environment first."""
    return f"{Path(sys.executable).parent}{os.pathsep}{caller.get('PATH', os.defpath)}"


def run(command: Sequence[str], environment: Mapping[str, str]) -> tuple[bytes, str, int]:
    """Run a command in `/`, so that Cargo finds no configuration of parent folders, and forward its stderr.

    Returns:
        What it wrote to stdout and to stderr, and its exit code.
    """
    with subprocess.Popen(
        command,
        cwd=WORKING_FOLDER,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        copied = bytearray()
        thread = threading.Thread(target=_copy, args=(process.stderr, copied))
        thread.start()
        printed = process.stdout.read() if process.stdout else b""
        thread.join()
    return printed, copied.decode(errors="replace"), process.returncode


def find_tools(workspace: Workspace, architecture: Architecture, caller: Mapping[str, str] = os.environ) -> Tools:
    """Return the tools that compile a workspace for the architecture.

    Raises:
        BuildError: with what is missing, and how to get it.
    """
    path = tool_path(caller)
    if shutil.which("cargo", path=path) is None or shutil.which("rustc", path=path) is None:
        raise BuildError(CARGO_MISSING)
    ziglang = find_spec("ziglang")
    if ziglang is None or ziglang.origin is None or shutil.which("cargo-lambda", path=path) is None:
        tool = "cargo-lambda" if ziglang else "zig"
        raise BuildError(
            f"{tool} is not in the virtual environment of the program: run `pulumi install`, or `pip install -r "
            "requirements.txt` in it"
        )
    toolchain = workspace.configuration.toolchain
    environment = (
        inherited_environment(caller) | {"PATH": path} | ({"RUSTUP_TOOLCHAIN": toolchain} if toolchain else {})
    )
    probe = partial(subprocess.run, cwd=WORKING_FOLDER, env=environment, capture_output=True, text=True, check=False)
    prints = ["--print", "sysroot", "--print", "target-libdir", "--target", architecture.rust_target]
    printed = probe(["rustc", *prints])
    if printed.returncode != 0:
        install = f". Run `rustup toolchain install {toolchain}`" if toolchain else ""
        raise BuildError(f"rustc does not start: {printed.stderr.strip()}{install}")
    lines = printed.stdout.splitlines() or [""]
    if not any(Path(lines[-1]).glob("libstd-*.rlib")):
        # Newer versions of rustup add a target only to a toolchain that is installed.
        of = f" --toolchain {toolchain}" if toolchain else ""
        first = f"`rustup toolchain install {toolchain}` and " if toolchain else ""
        raise BuildError(
            f"the Rust target {architecture.rust_target} is not installed: run {first}`rustup target add"
            f"{of} {architecture.rust_target}`"
        )
    described = probe(["rustc", "--version", "--verbose"]).stdout.splitlines()
    version = dict(line.split(": ", 1) for line in described if ": " in line)
    zig = Path(ziglang.origin).with_name("zig")
    return Tools(zig=zig, sysroot=lines[0], release=version["release"], commit=version.get("commit-hash", "unknown"))


def _check_root_configuration() -> None:
    """Refuse the configuration that Cargo would read from every folder, such as that of a user whose home is `/`."""
    for name in ("config", "config.toml"):
        path = WORKING_FOLDER / ".cargo" / name
        if path.is_file() and (tables := sorted(read_toml(path).keys() - set(TRANSPORT))):
            raise BuildError(
                f"{path} applies to every build on this machine, but no key covers it: move {', '.join(tables)} to "
                ".cargo/config.toml of the project, or the file to another home, and set HOME"
            )


def _copy(source: BinaryIO | None, copied: bytearray) -> None:
    while source and (chunk := os.read(source.fileno(), 65536)):
        copied += chunk
        sys.stderr.buffer.write(chunk)
        sys.stderr.flush()


def _locked(entry: Mapping[str, Any]) -> tuple[str, ...]:
    return entry["name"], entry["version"], entry.get("source", ""), entry.get("checksum", "")


def _quoted(path: str) -> str:
    return "'" + path.replace("'", "'\\''") + "'"
