"""A wheel of the library in an empty environment, and a program of somebody else's."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from components.local.commands import running_context
from components.local.resources.kind import Context
from tests.recording import ROOT
from tests.small_program import RUNTIME

UV = ROOT / ".venv" / "bin" / "uv"
CERTIFICATES = {"UV_SYSTEM_CERTS": "true"}
"""As in the Makefile: the machine's certificates, which may be those of a company's proxy."""

TARGET = ROOT / "rust" / "target" / "package"
"""Of all programs here, so that their dependencies are compiled once and not in each run of the tests."""

MANIFEST = """\
[package]
name = "hello"
version = "0.1.0"
edition = "2024"

[profile.release]
opt-level = 0
lto = false
"""


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


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [UV, "build", "--quiet", "--wheel", "--out-dir", folder, ROOT / "components"],
        env={**CERTIFICATES, **os.environ},
        check=True,
    )
    (wheel,) = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def outsider(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Iterator[Outsider]:
    root = tmp_path_factory.mktemp("shop")
    subprocess.run([sys.executable, "-m", "venv", root / "venv"], check=True)
    constraints = ["--constraint", str(ROOT / "requirements-dev.txt")]
    subprocess.run(
        [UV, "pip", "install", "--quiet", "--python", root / "venv/bin/python", *constraints, f"{wheel}[local]"],
        env={**CERTIFICATES, **os.environ},
        check=True,
    )
    for name, content in {
        "Pulumi.yaml": "name: shop\nruntime:\n  name: python\n  options:\n    virtualenv: venv\n",
        "services/api/Cargo.toml": MANIFEST,
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
