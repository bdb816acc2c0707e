"""Limits CPU time, as Lambda does by memory: 128 MB get 7% of a CPU.

https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
"""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

PERIOD_US = 100_000
QUOTA_US = 7_000
"""7 ms of every 100."""
ROOT = Path("/sys/fs/cgroup")
NOT_MEASURED = "needs a cpu cgroup that can be written: run it as root"
REMOVAL_SECONDS = 2


@contextlib.contextmanager
def cpu_quota() -> Iterator[Callable[[int], None] | None]:
    """Create a control group with the quota, and yield a function that adds a process to it; None if not possible.

    The processes must end before the block does.
    """
    group = _make(f"rust-serverless-{os.getpid()}")
    if group is None:
        yield None
        return
    try:
        yield lambda pid: _write(group / "cgroup.procs", pid)
    finally:
        _remove(group)


def _make(name: str) -> Path | None:
    group = (ROOT / "cpu" if (ROOT / "cpu").is_dir() else ROOT) / name
    try:
        group.mkdir()
    except OSError:
        return None
    try:
        if (group / "cpu.cfs_quota_us").exists():
            _write(group / "cpu.cfs_period_us", PERIOD_US)
            _write(group / "cpu.cfs_quota_us", QUOTA_US)
        else:
            _write(group / "cpu.max", f"{QUOTA_US} {PERIOD_US}")
    except OSError:
        group.rmdir()
        return None
    return group


def _write(file: Path, value: object) -> None:
    # Not write_text, which would create a file if the name was wrong.
    with file.open("r+", encoding="ascii") as opened:
        opened.write(str(value))


def _remove(group: Path) -> None:
    """Remove the group, with retries until the kernel has removed its processes."""
    end = time.monotonic() + REMOVAL_SECONDS
    while True:
        try:
            group.rmdir()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.01)
        else:
            return
