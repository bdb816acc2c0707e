"""What a run says while it works, on stderr."""

import contextlib
from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape
from rich.text import Text


class Progress:
    """One line on a terminal that says what is being done; a line for each step elsewhere, as in a CI log."""

    def __init__(self) -> None:
        """Write to stderr."""
        self._console = Console(stderr=True, highlight=False)
        self._status = self._console.status("starting")
        self.steps = 0

    @property
    def is_terminal(self) -> bool:
        """Whether somebody watches."""
        return self._console.is_terminal

    @contextlib.contextmanager
    def shown(self) -> Iterator[None]:
        """Show the line, and remove it at the end."""
        if not self._console.is_terminal:
            yield
            return
        with self._status:
            yield

    def tell(self, text: str | Text) -> None:
        """Write something that stays, above the line."""
        self._console.print(text, markup=False, soft_wrap=True)

    def say(self, step: str) -> None:
        """Say what is being done now."""
        self.steps += 1
        if self._console.is_terminal:
            self._status.update(escape(step))
        else:
            self._console.print(step, markup=False, soft_wrap=True)
