"""A wheel of the library in an empty environment, and a program of somebody else's."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from components.local.commands import running_context
from components.local.emulator import EmulatorHome
from components.local.provisioner import LocalState
from components.local.resources.kind import Context
from tests.recording import ROOT
from tests.small_program import RUNTIME

TOOLS = f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
CERTIFICATES = {"UV_SYSTEM_CERTS": "true"}
"""As in the Makefile: the machine's certificates, which may be those of a company's proxy."""

TARGET = ROOT / "rust" / "target" / "package"
"""The target folder of all programs here: their dependencies are compiled once, not in each run of the tests."""
INSTALLED = TARGET / "venv"
"""The environment of all programs here. Cargo compiles everything again if the path of the linker changes, which is a
script of the environment's cargo-lambda."""

MANIFEST = """\
[package]
name = "hello"
version = "0.1.0"
edition = "2024"

"""
RELEASE = '[profile.release]\nopt-level = 0\nlto = "off"\n'
"""Optimizing would take most of the time of these tests."""


def without_optimization(manifest: Path) -> None:
    """Replace the release profile of a copied manifest, which is its last section."""
    manifest.write_text(manifest.read_text().partition("[profile.release]")[0] + RELEASE)


@dataclass(frozen=True, kw_only=True)
class Outsider:
    """A folder with a lone crate, a program and a virtual environment; nothing in it is of this repository."""

    root: Path
    environment: Path

    @property
    def python(self) -> Path:
        return self.environment / "bin" / "python"

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the environment without activating it."""
        environment = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "CARGO_TARGET_DIR": str(TARGET)}
        return subprocess.run(
            [str(self.environment / "bin" / command[0]), *command[1:]],
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def up(self, program: str) -> dict[str, Any]:
        """Bring a program up, and return its outputs."""
        (self.root / "__main__.py").write_text(program)
        up = self.run("rust-serverless", "local", "up")
        assert up.returncode == 0, up.stderr
        outputs: dict[str, Any] = json.loads((self.root / ".local" / "outputs.json").read_text())
        return outputs

    @property
    def context(self) -> Context:
        return running_context(self.root, self.root / ".local", "rust-serverless local up")

    @property
    def state(self) -> LocalState:
        return LocalState(EmulatorHome(self.root / ".local").resources)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    uv("build", "--wheel", "--out-dir", str(folder), str(ROOT / "components"))
    (wheel,) = folder.glob("*.whl")
    return wheel


def uv(*arguments: str) -> None:
    """Run uv, which the Makefile installs into .venv if it is not on the PATH."""
    command = [shutil.which("uv", path=TOOLS) or "uv", *arguments, "--quiet"]
    subprocess.run(command, env={**CERTIFICATES, **os.environ}, check=True)


@pytest.fixture(scope="session")
def environment(wheel: Path, testrun_uid: str) -> Path:
    """Install the wheel into an empty environment, once for all processes of a test run."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with (TARGET / "installed").open("a+") as done:
        fcntl.flock(done.fileno(), fcntl.LOCK_EX)
        done.seek(0)
        if done.read() != testrun_uid:
            uv("venv", "--clear", "--python", sys.executable, str(INSTALLED))
            constraints = ("--constraint", str(ROOT / "requirements-dev.txt"))
            uv("pip", "install", "--python", str(INSTALLED / "bin/python"), *constraints, f"{wheel}[local]")
            done.truncate(0)
            done.write(testrun_uid)
    return INSTALLED


@pytest.fixture(scope="module")
def outsider(tmp_path_factory: pytest.TempPathFactory, environment: Path) -> Iterator[Outsider]:
    root = tmp_path_factory.mktemp("shop")
    (root / "venv").symlink_to(environment)
    for name, content in {
        "Pulumi.yaml": "name: shop\nruntime:\n  name: python\n  options:\n    virtualenv: venv\n",
        "services/api/Cargo.toml": MANIFEST + RELEASE,
        "services/api/Cargo.lock": 'version = 4\n\n[[package]]\nname = "hello"\nversion = "0.1.0"\n',
        "services/api/rust-toolchain.toml": (ROOT / "rust/rust-toolchain.toml").read_text(),
        "services/api/src/runtime.rs": RUNTIME.replace("//!", "//"),
        "services/api/src/main.rs": 'mod runtime;\n\nfn main() {\n    runtime::serve("hello");\n}\n',
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    outsider = Outsider(root=root, environment=root / "venv")
    yield outsider
    outsider.run("rust-serverless", "local", "down")
