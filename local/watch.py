"""Watches the files of a program."""

import queue
import threading
from collections.abc import Iterable
from pathlib import Path

from watchfiles import Change, DefaultFilter, watch

FOLDERS = ("components", "services", "rust/.cargo", "rust/crates", "rust/functions")
"""Folders that are watched recursively. A build writes to none of them."""
SHALLOW_FOLDERS = (".", "rust")
"""Folders that are watched without their subfolders."""
SUFFIXES = (".lock", ".py", ".toml", ".yaml")
"""Suffixes of the program's files in `SHALLOW_FOLDERS`."""


class Watcher:
    """Watches the files of the program at `root` until the process ends."""

    def __init__(self, root: Path) -> None:
        """Start watching."""
        self._root = root
        self._changes: queue.SimpleQueue[set[Path]] = queue.SimpleQueue()
        self._start([root / folder for folder in SHALLOW_FOLDERS], _ProgramFiles(), recursive=False)
        self._start([root / folder for folder in FOLDERS if (root / folder).is_dir()], DefaultFilter(), recursive=True)

    def wait(self) -> list[str]:
        """Wait for a change, and return the files that changed since the last call, relative to the root."""
        changed = self._changes.get()
        while not self._changes.empty():
            changed |= self._changes.get()
        return sorted(str(path.relative_to(self._root)) for path in changed)

    @property
    def has_more(self) -> bool:
        """Whether files changed since the last `wait`."""
        return not self._changes.empty()

    def _start(self, paths: Iterable[Path], watched: DefaultFilter, *, recursive: bool) -> None:
        def report() -> None:
            for changes in watch(*paths, watch_filter=watched, recursive=recursive, raise_interrupt=False):
                self._changes.put({Path(path) for _, path in changes})

        threading.Thread(target=report, daemon=True).start()


class _ProgramFiles(DefaultFilter):
    """Matches the files of the program, not documents and files of tools."""

    def __call__(self, change: Change, path: str) -> bool:
        """Return whether to report a change."""
        return path.endswith(SUFFIXES) and super().__call__(change, path)
