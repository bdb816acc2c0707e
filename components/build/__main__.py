"""The program that the Command of `RustWorkspace` runs.

The build runs in its own process group, which ends with this process. Pulumi only kills the shell of a Command, which
would leave Cargo running.
"""

import os
import signal
import sys
import threading
import time

from .artifacts import bring
from .plan import BuildError

PARENT_POLL_SECONDS = 0.2
GRACE_SECONDS = 2.0
"""Time for Cargo and its compilers to end before they are killed."""


def main() -> None:
    """Run the build in a child process, and end it when this process is terminated."""
    child = os.fork()
    if child == 0:
        _work()
        return
    interrupted = threading.Event()

    def interrupt(*_: object) -> None:
        interrupted.set()
        _end_group(child)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    _, status = os.waitpid(child, 0)
    if interrupted.is_set():
        sys.exit("error: the build was interrupted, and nothing was uploaded: run it again")
    sys.exit(os.waitstatus_to_exitcode(status))


def _work() -> None:
    os.setsid()
    # A handler instead of SIG_IGN, which Cargo would inherit.
    signal.signal(signal.SIGTERM, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_end_without_parent, args=(os.getppid(),), daemon=True).start()
    try:
        brought = bring(os.environ)
    except BuildError as error:
        sys.exit(f"error: {error}")
    for key, uploaded in brought.items():
        print(f"{key} {'uploaded' if uploaded else 'was there'}")


def _end_without_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(PARENT_POLL_SECONDS)
    _end_group(os.getpid())


def _end_group(leader: int) -> None:
    """Terminate a process group, then kill it."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(leader, number)
        except ProcessLookupError:
            return
        time.sleep(GRACE_SECONDS if number == signal.SIGTERM else 0)


if __name__ == "__main__":
    main()
