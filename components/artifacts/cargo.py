"""Calls cargo-lambda once for all binaries of a workspace."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from components.architecture import Architecture
from components.artifacts.elf import LAMBDA_GLIBC
from components.artifacts.plan import BuildError

UNPINNED = (
    *("RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_INCREMENTAL"),
    *("CARGO_BUILD_", "CARGO_PROFILE_", "CARGO_TARGET_", "CARGO_LAMBDA_"),
)
"""Prefixes of variables in the caller's shell that would make other bytes from the same sources."""


def compile_workspace(root: Path, profile: str, architecture: Architecture) -> Path:
    """Compile every binary of the workspace; cargo's own progress and errors go to stderr, whole.

    All of them at once, also when only one is missing: cargo unifies the features of shared dependencies over what
    it builds together, so that a binary built alone would be another one.

    Returns:
        The folder that holds `<binary>/bootstrap` of each.

    Raises:
        BuildError: a tool is missing, or the code does not compile.
    """
    check_tools(root, architecture)
    lambda_dir = root / "target" / "lambda" / f"{architecture}-{profile}"
    command = build_command(profile, architecture, lambda_dir)
    environment = build_environment(os.environ, root, architecture)
    if subprocess.run(command, cwd=root, env=environment, stdout=sys.stderr, check=False).returncode != 0:
        raise BuildError("the Rust workspace does not compile: cargo's message above names the crate and the line")
    return lambda_dir


def build_command(profile: str, architecture: Architecture, lambda_dir: Path) -> list[str]:
    """Return the call of cargo-lambda that compiles every binary of the workspace it is run in."""
    glibc = ".".join(map(str, LAMBDA_GLIBC))
    return [
        *("cargo-lambda", "lambda", "build", "--bins", "--locked", "--skip-target-check"),
        *("--profile", profile),
        *("--target", f"{architecture.rust_target}.{glibc}"),
        *("--lambda-dir", str(lambda_dir)),
    ]


def build_environment(caller: Mapping[str, str], root: Path, architecture: Architecture) -> dict[str, str]:
    """Return the caller's environment with everything pinned that could change the bytes of a binary.

    `--remap-path-prefix` keeps the folders of this machine out of panic messages, and so out of the binary.
    """
    cargo_home = caller.get("CARGO_HOME", str(Path.home() / ".cargo"))
    flags = [
        *("-C", f"target-cpu={architecture.target_cpu}"),
        f"--remap-path-prefix={cargo_home}=/cargo",
        f"--remap-path-prefix={root}=/workspace",
    ]
    kept = {name: value for name, value in caller.items() if not name.startswith(UNPINNED)}
    return {**kept, "CARGO_ENCODED_RUSTFLAGS": "\x1f".join(flags), "CARGO_TARGET_DIR": str(root / "target")}


def check_tools(root: Path, architecture: Architecture) -> None:
    """Check that this machine can compile for the architecture.

    Raises:
        BuildError: with what is missing, and how to get it.
    """
    if shutil.which("cargo") is None or shutil.which("rustc") is None:
        raise BuildError("cargo is not on the PATH: install Rust with rustup, https://rustup.rs")
    for tool, found in (("cargo-lambda", shutil.which("cargo-lambda")), ("zig", find_spec("ziglang"))):
        if not found:
            raise BuildError(
                f"{tool} is not in the virtual environment of the program: run `pulumi install`, or `pip install -r "
                "requirements.txt` in it"
            )
    probe = subprocess.run(
        ["rustc", "--print", "target-libdir", "--target", architecture.rust_target],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    if probe.returncode != 0:
        raise BuildError(f"rustc does not start in {root.name}/: {probe.stderr.strip()}")
    if not any(Path(probe.stdout.strip()).glob("libstd-*.rlib")):
        raise BuildError(
            f"the Rust target {architecture.rust_target} is not installed: "
            f"run `rustup target add {architecture.rust_target}` in {root.name}/"
        )
