"""Tells which files of a program change."""

import queue
import threading
from collections.abc import Iterable
from pathlib import Path

from watchfiles import Change, DefaultFilter, watch

FOLDERS = ("components", "services", "rust/.cargo", "rust/crates", "rust/functions")
"""Watched with everything in them. What a build writes is beside them."""
PLACES = (".", "rust")
"""Watched without their folders."""
SUFFIXES = (".lock", ".py", ".toml", ".yaml")
"""Of the files there that the program is made of."""


class Watcher:
    """Watches the files of the program at `root` from its making on, until the process ends."""

    def __init__(self, root: Path) -> None:
        """Start watching."""
        self._root = root
        self._changes: queue.SimpleQueue[set[Path]] = queue.SimpleQueue()
        self._start([root / place for place in PLACES], _OfTheProgram(), recursive=False)
        self._start([root / folder for folder in FOLDERS if (root / folder).is_dir()], DefaultFilter(), recursive=True)

    def wait(self) -> list[str]:
        """Wait for a change, and return the files, relative to the root, that have changed since the last call."""
        changed = self._changes.get()
        while not self._changes.empty():
            changed |= self._changes.get()
        return sorted(str(path.relative_to(self._root)) for path in changed)

    @property
    def has_more(self) -> bool:
        """Whether files have changed since the last `wait`."""
        return not self._changes.empty()

    def _start(self, paths: Iterable[Path], kept: DefaultFilter, *, recursive: bool) -> None:
        def report() -> None:
            for changes in watch(*paths, watch_filter=kept, recursive=recursive, raise_interrupt=False):
                self._changes.put({Path(path) for _, path in changes})

        threading.Thread(target=report, daemon=True).start()


class _OfTheProgram(DefaultFilter):
    """Leaves out what lies beside the program: documents, and what tools leave."""

    def __call__(self, change: Change, path: str) -> bool:
        """Return whether a change counts."""
        return path.endswith(SUFFIXES) and super().__call__(change, path)
