"""Runs the module of a Command, and interrupts it when the Command ends.

Pulumi cancels a Command with SIGKILL, which only its shell gets; most shells replace themselves with this process.
Without supervision, Cargo would keep running, and a gradual deployment would later shift an alias that a newer one has
changed. So the module runs in another process, which gets a KeyboardInterrupt when this one is terminated or gone, or
the shell is.

Imports little, because every Command waits for it.
"""

import contextlib
import os
import runpy
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

INTERRUPTIONS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PARENT_POLL_SECONDS = 0.2
GRACE_SECONDS = 30.0
"""Time for `finally` blocks, which may call AWS, before the processes are killed."""


def main() -> None:
    """Run the module that the command line names."""
    module, *supervisor = sys.argv[1:]
    if supervisor:
        _work(module, int(supervisor[0]))
    else:
        sys.exit(_supervise(module))


def _supervise(module: str) -> int:
    """Run a module in a session of its own, and return its exit code."""
    interrupted = threading.Event()
    started = threading.Event()

    def end() -> None:
        started.wait()
        _end_group(worker.pid)

    def interrupt(*_: object) -> None:
        if not interrupted.is_set():
            interrupted.set()
            threading.Thread(target=end, daemon=True).start()

    for number in INTERRUPTIONS:
        signal.signal(number, interrupt)
    _when_gone(os.getppid(), lambda: os.kill(os.getpid(), signal.SIGTERM))
    command = [sys.executable, "-m", f"{__package__}.supervisor", module, str(os.getpid())]
    with subprocess.Popen(command, start_new_session=True) as worker:
        started.set()
        code = worker.wait()
    if interrupted.is_set():
        _signal_group(worker.pid, signal.SIGKILL)
    # As shells do with a process that a signal ended.
    return code if code >= 0 else 128 - code


def _work(module: str, supervisor: int) -> None:
    """Run a module in this process, until it ends or the supervisor does."""

    def interrupt(*_: object) -> None:
        # A second signal must not interrupt `finally` blocks. Cargo would inherit SIG_IGN.
        for number in INTERRUPTIONS:
            signal.signal(number, lambda *_: None)
        raise KeyboardInterrupt

    for number in INTERRUPTIONS:
        signal.signal(number, interrupt)
    _when_gone(supervisor, lambda: _end_group(0))
    del sys.argv[1:]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except KeyboardInterrupt:
        sys.exit("error: interrupted: run it again")
    finally:
        if os.getppid() != supervisor:
            # Nobody else ends processes of this group that outlive this one.
            os.killpg(0, signal.SIGKILL)


def _when_gone(parent: int, act: Callable[[], None]) -> None:
    """Act when this process has another parent, because its own has ended."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(PARENT_POLL_SECONDS)
        act()

    threading.Thread(target=watch, daemon=True).start()


def _end_group(leader: int) -> None:
    """Terminate a process group, then kill it; 0 is that of this process."""
    _signal_group(leader, signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    _signal_group(leader, signal.SIGKILL)


def _signal_group(leader: int, number: int) -> None:
    # macOS permits no signal to a group whose processes have ended.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


if __name__ == "__main__":
    main()
