"""A share of one processor, as Lambda gives a function by its memory: 7% is that of 128 MB.

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
    """Make a control group with the quota, and yield what puts a process into it; None where that cannot be done.

    The processes must have ended by the end.
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
    # Not write_text: the kernel's files cannot be made, and a typing error must not look like one that was.
    with file.open("r+", encoding="ascii") as opened:
        opened.write(str(value))


def _remove(group: Path) -> None:
    """Remove the group; the kernel takes a moment to see that its processes are gone."""
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
