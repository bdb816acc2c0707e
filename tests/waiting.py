"""Wait for what other processes do."""

import subprocess
import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE_SECONDS = 300
"""When a test fails because nothing happened, on a machine that is busy. No test asserts how long something takes."""
FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 1.0

T = TypeVar("T")


def eventually(found: Callable[[], T | None], explain: Callable[[], object] = str) -> T:
    """Call a function, in growing intervals, until it returns something true, and return that.

    Raises:
        AssertionError: it did not within the patience; the message is what `explain` returns.
    """
    end = time.monotonic() + PATIENCE_SECONDS
    pause = FIRST_PAUSE_SECONDS
    while not (value := found()):
        assert time.monotonic() < end, explain()
        time.sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)
    return value


def is_running(pid: int) -> bool:
    """Whether a process exists that has not ended."""
    ps = ["ps", "-o", "stat=", "-p", str(pid)]
    status = subprocess.run(ps, capture_output=True, text=True, check=False).stdout
    return bool(status) and not status.startswith("Z")
