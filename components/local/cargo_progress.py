"""Converts Cargo's progress on stderr to progress messages."""

import re
import time
from collections.abc import Callable

ENVIRONMENT = {"CARGO_TERM_PROGRESS_WHEN": "always", "CARGO_TERM_PROGRESS_WIDTH": "100"}
"""Makes Cargo draw its progress bar without a terminal: https://doc.rust-lang.org/cargo/reference/config.html#term."""

ANSI = re.compile(r"\x1b\[[0-9;]*[mK]")
BAR = re.compile(r"Building \[[=> ]*\] (\d+)/(\d+)")
STEPS = 20
"""Number of reports of one build; Cargo draws its bar several times for each crate."""
FIRST_ESTIMATE_SECONDS = 10
ROUNDED_SECONDS = 10


class CargoProgress:
    """The progress of one build."""

    def __init__(self, report: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        """Report steps such as `compiling 143/201, about 40 s left`."""
        self._report, self._clock = report, clock
        self._began: tuple[float, int] | None = None
        self._reported = -1

    def consume(self, line: str) -> bool:
        """Report a line if it is progress, and return whether it is."""
        plain = ANSI.sub("", line).strip()
        if bar := BAR.match(plain):
            self._compiled(int(bar[1]), int(bar[2]))
            return True
        if not plain:
            return line != "\n"  # Cargo clears its bar with spaces; empty lines belong to errors.
        word = plain.partition(" ")[0]
        if word in ("Downloading", "Downloaded", "Updating", "Locking"):
            self._report(" ".join(plain.split()[:2]).lower())
        if word == "Blocking":
            self._report(plain.partition(" ")[2])
        return word in ("Blocking", "Compiling", "Downloading", "Downloaded", "Updating", "Locking", "Finished")

    def _compiled(self, done: int, total: int) -> None:
        now = self._clock()
        began, before = self._began = self._began or (now, done)
        if done * STEPS // total == self._reported:
            return
        self._reported = done * STEPS // total
        left = (now - began) * (total - done) / max(done - before, 1)
        rounded = max(round(left / ROUNDED_SECONDS) * ROUNDED_SECONDS, ROUNDED_SECONDS)
        estimate = f", about {rounded} s left" if now - began >= FIRST_ESTIMATE_SECONDS else ""
        self._report(f"compiling {done}/{total}{estimate}")
