"""`rust-serverless local`, run as a user runs it, on programs without components."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from components.local import console
from tests.recording import ROOT

pytestmark = pytest.mark.emulator


@dataclass(frozen=True, kw_only=True)
class Program:
    """A program, and its local runs."""

    root: Path

    def write(self, file: str, content: str) -> None:
        """Write a file of the program."""
        path = self.root / file
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(content)

    def local(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `rust-serverless local` with the arguments."""
        command = [sys.executable, "-m", "components.local", "local", "--root", str(self.root), *arguments]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.run(
            command, cwd=self.root.parent, env=environment, capture_output=True, text=True, check=False
        )


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    program = Program(root=tmp_path / "shop")
    program.write("Pulumi.yaml", "name: shop\nruntime: python\n")
    yield program
    program.local("down")


HERE = """\
from pathlib import Path

import names
import pulumi
from pulumi_command.local import Command

pulumi.export("command", Command(names.NAME, create="pwd").stdout)
pulumi.export("program", str(Path.cwd()))
"""


@pytest.mark.parametrize(("main", "file"), [("infra", "infra/__main__.py"), ("infra/shop.py", "infra/shop.py")])
def test_main_is_the_program_and_its_folder_is_the_working_directory(program: Program, main: str, file: str) -> None:
    program.write("Pulumi.yaml", f"name: shop\nruntime: python\nmain: {main}\n")
    program.write(file, HERE)
    program.write("infra/names.py", "NAME = 'here'\n")
    ran = program.local("up")
    folder = program.root / "infra"
    assert ran.stdout.splitlines() == [f"command  {folder}", f"program  {folder}"], ran.stderr
    assert program.local("up").stdout == ran.stdout


def test_a_missing_program_is_reported(program: Program) -> None:
    ran = program.local("up")
    assert ran.stderr.endswith(f"error: the program, {program.root}/__main__.py, does not exist: write it\n")
    program.write("Pulumi.yaml", "name: shop\nruntime: python\nmain: infra\n")
    assert "infra, does not exist: correct `main` in Pulumi.yaml" in program.local("up").stderr


@pytest.mark.parametrize(
    ("helper", "last"),
    [
        ("def fail():\n    raise ValueError('bad')\n", "ValueError: bad"),
        (
            "import pulumi\n\ndef fail():\n    pulumi.Output.from_input(0).apply(lambda n: 1 / n)\n",
            "ZeroDivisionError: ",
        ),
        ("def fail():\n    open('/nowhere')\n", "FileNotFoundError: "),
        ("def fail(:\n", "SyntaxError: "),
    ],
)
def test_an_exception_is_printed_with_the_frames_of_the_program(program: Program, helper: str, last: str) -> None:
    program.write("__main__.py", "import helper\n\nhelper.fail()\n")
    program.write("helper.py", helper)
    ran = program.local("up")
    assert ran.returncode == 1
    message, *trace = ran.stderr.partition("error: ")[2].splitlines()
    assert message == "the program failed with an unhandled exception:"
    assert trace[-1].startswith(last)
    files = [line.split('"')[1] for line in trace if line.startswith('  File "')]
    assert {Path(file).parent for file in files} == {program.root}, trace


def test_an_internal_exception_is_printed_whole(program: Program) -> None:
    program.write(
        "__main__.py", "import pulumi\n\npulumi.CustomResource('aws:sqs/queuePolicy:QueuePolicy', 'policy')\n"
    )
    ran = program.local("up")
    assert "components/local/stack.py" in ran.stderr
    assert "KeyError: 'queueUrl'" in ran.stderr


def test_a_missing_extra_is_reported_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rich", None)
    with pytest.raises(SystemExit, match=r'rich is not installed: pip install "rust-serverless\[local\]"'):
        console.main()


def test_the_command_runs_local_verbs(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["rust-serverless", "local", "--help"])
    with pytest.raises(SystemExit, match="0"):
        console.main()
    assert "create and update the resources" in capsys.readouterr().out


def test_a_folder_without_a_program_remains_empty(program: Program) -> None:
    (program.root / "Pulumi.yaml").unlink()
    ran = program.local("up")
    assert ran.returncode == 1
    assert ran.stderr.endswith(f"error: Pulumi.yaml does not exist in {program.root}\n")
    assert [*program.root.iterdir()] == []


def test_a_program_without_functions_says_so(program: Program) -> None:
    program.write("__main__.py", "")
    assert program.local("up").returncode == 0
    assert program.local("invoke", "hello").stderr.endswith("error: the program has no functions\n")
