"""Modules of Commands, under supervision: their output, their end, and what an interruption leaves."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.recording import ROOT
from tests.waiting import eventually, is_running

WAITS = """\
import pathlib, subprocess, time
child = subprocess.Popen(["sleep", "60"])
try:
    pathlib.Path("started").write_text(str(child.pid))
    time.sleep(60)
finally:
    pathlib.Path("ending").touch()
    time.sleep(1)
    pathlib.Path("restored").touch()
"""


def start(folder: Path, code: str, *shell: str) -> subprocess.Popen[str]:
    """Start a module under supervision, by a shell if one is given."""
    (folder / "module.py").write_text(code)
    return subprocess.Popen(
        [*shell, sys.executable, "-m", "components.supervisor", "module"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{folder}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def is_written(path: Path) -> bool:
    return path.exists() and bool(path.read_text())


ECHOES = """\
import sys
assert __name__ == "__main__"
print(sys.argv[1:], input())
print("problem", file=sys.stderr)
sys.exit(3)
"""


def test_a_module_has_the_input_output_and_code_of_the_command(tmp_path: Path) -> None:
    process = start(tmp_path, ECHOES)
    stdout, stderr = process.communicate("text\n")
    assert (process.returncode, stdout, stderr) == (3, "[] text\n", "problem\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_an_interruption_runs_finally_blocks_and_ends_all_processes(tmp_path: Path, number: signal.Signals) -> None:
    process = start(tmp_path, WAITS)
    eventually(lambda: is_written(tmp_path / "started"))
    process.send_signal(number)
    _, stderr = process.communicate()
    assert process.returncode != 0
    assert number == signal.SIGKILL or stderr == "error: interrupted: run it again\n"
    assert (tmp_path / "restored").exists()
    eventually(lambda: not is_running(int((tmp_path / "started").read_text())))


def test_a_killed_shell_interrupts_the_module(tmp_path: Path) -> None:
    shell = start(tmp_path, WAITS, "sh", "-c", '"$0" "$@"; exit $?')
    eventually(lambda: is_written(tmp_path / "started"))
    shell.kill()
    shell.communicate()
    assert (tmp_path / "restored").exists()


def test_a_second_signal_does_not_interrupt_a_finally_block(tmp_path: Path) -> None:
    process = start(tmp_path, WAITS)
    eventually(lambda: is_written(tmp_path / "started"))
    process.terminate()
    eventually((tmp_path / "ending").exists)
    process.terminate()
    process.kill()
    process.communicate()
    assert (tmp_path / "restored").exists()


@pytest.mark.parametrize("seconds", [0, 0.01, 0.03, 0.1])
def test_a_signal_at_the_start_leaves_no_process(tmp_path: Path, seconds: float) -> None:
    process = start(tmp_path, WAITS)
    time.sleep(seconds)
    process.terminate()
    # Returns when every process has closed the pipes.
    process.communicate(timeout=30)
    assert process.returncode != 0


def test_the_supervisor_starts_fast() -> None:
    code = "import sys, components.supervisor; print({name.split('.')[0] for name in sys.modules} & set(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "asyncio", "boto3", "botocore", "pulumi"]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout == "set()\n"
