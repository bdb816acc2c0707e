"""Measures the time from saving a file to the changed response under `make dev`."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.section import BenchError, Section
from benchmarks.tables import targets
from benchmarks.targets import Target, judge
from components.local.home import Home
from pipeline.http_client import request

REPEATS = 5
GIVE_UP_SECONDS = 900
POLL_SECONDS = 0.05
NOT_SOURCES = shutil.ignore_patterns("target", ".venv", ".local", ".git", "__pycache__", ".*_cache", ".hypothesis")
NOTES = (
    "From saving a file to the first response of the new code, through the emulator's HTTP API; the median of several "
    "edits, with compiled dependencies. Requests are sent continuously meanwhile.",
)


@dataclass(frozen=True, kw_only=True)
class Edit:
    """An edit of a function that changes its response."""

    function: str
    at_most_seconds: float
    file: str
    text: str
    """Text in the file. A number is inserted before it, which the response then contains."""
    path: str
    """Path of the request."""
    body: bytes | None


EDITS = (
    Edit(
        function="echo",
        at_most_seconds=3,
        file="rust/functions/echo/src/message.rs",
        text="it is not an object",
        path="/echo",
        body=b"[]",
    ),
    Edit(
        function="currencies",
        at_most_seconds=5,
        file="rust/functions/currencies/src/openapi.rs",
        text="Currencies by ISO 4217 code",
        path="/openapi.json",
        body=None,
    ),
)


def run(root: Path, home: Path, report: Callable[[str], None]) -> Section:
    """Edit a copy of the program under `make dev`.

    Raises:
        BenchError: it does not start, or an edit has no effect.
    """
    folder = home / "edits"
    with _running(_copy(root, folder / "program"), folder, report) as loop:
        verdicts = []
        for edit in EDITS:
            report(f"editing {edit.function}")
            seconds = median([loop.seconds(edit, number) for number in range(REPEATS)])
            target = Target(subject=edit.function, metric="save to new response, s", at_most=edit.at_most_seconds)
            verdicts.append(judge(target, seconds))
    return Section(title="The edit loop", tables=[targets(verdicts)], notes=NOTES)


class _EditLoop:
    """A running `make dev`."""

    def __init__(self, program: Path, home: Path, process: subprocess.Popen[bytes], log: Path) -> None:
        self._program, self._home, self._process, self._log = program, Home(home), process, log

    def wait(self) -> None:
        """Wait until the stack is deployed."""
        self._until(lambda: self._has_printed(b"live in"))

    def seconds(self, edit: Edit, number: int) -> float:
        """Save an edit, and return the seconds until the response contains it."""
        file, text = self._program / edit.file, f"{number} {edit.text}"
        original = file.read_text(encoding="utf-8")
        url = self._home.read_outputs("make dev")["apiUrl"] + edit.path
        started = time.monotonic()
        file.write_text(original.replace(edit.text, text), encoding="utf-8")
        self._until(lambda: text in _response(url, edit.body))
        taken = time.monotonic() - started
        file.write_text(original, encoding="utf-8")
        self._until(lambda: text not in _response(url, edit.body))
        return taken

    def _until(self, reached: Callable[[], bool]) -> None:
        end = time.monotonic() + GIVE_UP_SECONDS
        while not reached():
            if self._process.poll() is not None or self._has_printed(b"not deployed") or time.monotonic() > end:
                raise BenchError(f"`make dev` does not deploy an edit: read {self._log}")
            time.sleep(POLL_SECONDS)

    def _has_printed(self, words: bytes) -> bool:
        return words in self._log.read_bytes()


def _copy(root: Path, program: Path) -> Path:
    """Copy the program, without removing the compiled files of an earlier copy."""
    shutil.copytree(root, program, ignore=NOT_SOURCES, dirs_exist_ok=True)
    environment = program / ".venv"
    if not environment.is_symlink():
        environment.symlink_to(root / ".venv")
    return program


@contextmanager
def _running(program: Path, folder: Path, report: Callable[[str], None]) -> Iterator[_EditLoop]:
    home, log = folder / "home", folder / "log"
    command = [sys.executable, "-m", "operations", "--root", str(program), "--home", str(home)]
    report("compiling the functions with the profile of the local stack")
    with log.open("w") as output, subprocess.Popen([*command, "dev"], stdout=output, stderr=output) as process:
        loop = _EditLoop(program, home, process, log)
        try:
            loop.wait()
            yield loop
        finally:
            process.kill()
            subprocess.run([*command, "down"], check=False, capture_output=True)


def _response(url: str, body: bytes | None) -> str:
    return request("POST" if body else "GET", url, body).body.decode()
