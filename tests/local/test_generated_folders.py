"""The files that local runs and Commands leave in a program's folder are not sources."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from components.generated_folder import create_generated_folder
from components.local.home import Home
from tests.build.projects import PROFILE, TOOLCHAIN, Project, lock, manifest, prints
from tests.recording import ROOT

PROGRAM = """\
import pulumi
from components.rust_workspace import RustWorkspace, RustWorkspaceArgs

workspace = RustWorkspace("rust", RustWorkspaceArgs(path=".", profile="quick"))
pulumi.export("key", workspace.artifact("app").key)
"""


@dataclass(frozen=True)
class Program:
    """A program with a crate in its own folder, and an environment in which the library is installed."""

    project: Project
    python: Path

    def local(self, verb: str) -> None:
        """Run a verb of `rust-serverless local`."""
        tools = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "CARGO_TARGET_DIR": str(self.project.target),
        }
        command: list[str | Path] = [self.python, "-m", "components.local", "local", verb]
        done = subprocess.run(
            command, cwd=self.project.folder, env=os.environ | tools, check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    venv.create(tmp_path / "venv", symlinks=True)
    (packages,) = (tmp_path / "venv").glob("lib/python*/site-packages")
    (packages / "these.pth").write_text(f"{sysconfig.get_path('purelib')}\n{ROOT}\n")
    project = Project(tmp_path / "program", tmp_path / "target", path=".")
    project.write(
        {
            "Cargo.toml": manifest("app", f"\n{PROFILE}"),
            "Cargo.lock": lock("app"),
            "rust-toolchain.toml": TOOLCHAIN,
            "src/main.rs": prints('"word"'),
            "__main__.py": PROGRAM,
            "Pulumi.yaml": "name: shop\nruntime: python\n",
        }
    )
    program = Program(project, tmp_path / "venv/bin/python")
    yield program
    program.local("down")


@pytest.mark.parametrize("in_git", [False, True])
def test_a_local_run_changes_no_key(program: Program, in_git: bool) -> None:
    project = program.project
    if in_git:
        project.commit()
    before = project.keys()
    program.local("up")
    outputs = json.loads((project.folder / ".local/outputs.json").read_text())
    assert (project.folder / ".rust-serverless").is_dir()
    assert {"app": outputs["key"]} == project.keys() == before
    if in_git:
        assert project.git("status", "--porcelain") == ""


def test_an_existing_home_is_not_hidden_from_git(tmp_path: Path) -> None:
    Home(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_generated_folder_is_created_once(tmp_path: Path) -> None:
    folder = tmp_path / "some/folder"
    create_generated_folder(folder)
    (folder / ".gitignore").write_text("edited")
    create_generated_folder(folder)
    assert (folder / ".gitignore").read_text() == "edited"
