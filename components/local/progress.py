"""Progress messages on stderr."""

import contextlib
from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape
from rich.text import Text


class Progress:
    """A status line on a terminal; a line per step elsewhere, such as in CI logs."""

    def __init__(self) -> None:
        """Write to stderr."""
        self._console = Console(stderr=True, highlight=False)
        self._status = self._console.status("starting")
        self.steps = 0

    @property
    def is_terminal(self) -> bool:
        """Whether stderr is a terminal."""
        return self._console.is_terminal

    @contextlib.contextmanager
    def shown(self) -> Iterator[None]:
        """Show the status line while the block runs."""
        if not self._console.is_terminal:
            yield
            return
        with self._status:
            yield

    def print(self, text: str | Text) -> None:
        """Print a text above the status line."""
        self._console.print(text, markup=False, soft_wrap=True)

    def report(self, step: str) -> None:
        """Report the current step."""
        self.steps += 1
        if self._console.is_terminal:
            self._status.update(escape(step))
        else:
            self._console.print(step, markup=False, soft_wrap=True)
