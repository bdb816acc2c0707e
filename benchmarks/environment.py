"""An execution environment: a function's process, with its CPU time and memory."""

import contextlib
import os
import re
import signal
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.runtime_api import Response, RuntimeApi
from benchmarks.section import BenchError

LOG_BYTES = 2000
"""Maximum length of the log excerpt of a failed function, from its end."""
MEMORY = re.compile(r"^(VmRSS|VmHWM):\s+(\d+) kB$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Program:
    """The program of an environment."""

    command: tuple[str, ...]
    folder: Path
    """Working directory, `LAMBDA_TASK_ROOT`."""
    variables: Mapping[str, str]
    """Environment variables, except the Runtime API's address."""
    log: Path
    """File for its output."""
    is_traced: bool = False
    """Whether X-Ray samples its invocations."""


@dataclass(frozen=True, kw_only=True)
class Memory:
    """Resident memory of a process."""

    resident_mib: float
    peak_mib: float


@dataclass(frozen=True, kw_only=True)
class Environment:
    """A process that has requested its first event."""

    pid: int
    init_ns: int
    """Time from before the process starts until it requests an event."""
    api: RuntimeApi

    def invoke(self, event: bytes) -> Response:
        """Invoke the function.

        Raises:
            BenchError: it fails.
        """
        return self.api.invoke(event)

    def wait_until_idle(self) -> None:
        """Wait until the function requests another event.

        Raises:
            BenchError: it exits.
        """
        self.api.wait_for_request()

    def memory(self) -> "Memory":
        """Return its resident memory."""
        found = dict(MEMORY.findall(Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8")))
        return Memory(resident_mib=int(found["VmRSS"]) / 1024, peak_mib=int(found["VmHWM"]) / 1024)

    @property
    def cpu_ns(self) -> int:
        """CPU time of all its threads, including ended ones."""
        # CPUCLOCK_SCHED of another process, as computed by clock_getcpuclockid(3).
        return time.clock_gettime_ns(~self.pid << 3 | 2)


@contextlib.contextmanager
def environment(program: Program) -> Iterator[Environment]:
    """Start a program, and kill it with its child processes.

    Raises:
        BenchError: it requests no event; the message contains the end of its log.
    """
    with RuntimeApi(is_traced=program.is_traced) as api:
        started = time.perf_counter_ns()
        pid = _spawn(program, api.address)
        try:
            api.watch(pid)
            yield Environment(pid=pid, init_ns=api.wait_for_request() - started, api=api)
        except BenchError as error:
            log = program.log.read_bytes()[-LOG_BYTES:].decode(errors="replace").strip()
            raise BenchError(f"{' '.join(program.command)}: {error}\n{log}") from None
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _spawn(program: Program, address: str) -> int:
    with contextlib.chdir(program.folder):
        return os.posix_spawn(
            program.command[0],
            program.command,
            {**program.variables, "AWS_LAMBDA_RUNTIME_API": address},
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, str(program.log), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
        )
