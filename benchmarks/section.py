"""The results of a benchmark, tables and notes, for the terminal and for docs/benchmarks.md."""

from collections.abc import Sequence
from dataclasses import dataclass


class BenchError(Exception):
    """A benchmark cannot run or would measure wrongly; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of texts."""

    title: str
    columns: Sequence[str]
    """The first column is text, the others are numbers."""
    rows: Sequence[Sequence[str]]

    def markdown(self) -> str:
        """Return it as Markdown, without its title."""
        rule = ["---", *("---:" for _ in self.columns[1:])]
        return "\n".join(f"| {' | '.join(cells)} |" for cells in (self.columns, rule, *self.rows))


@dataclass(frozen=True, kw_only=True)
class Section:
    """The results of a benchmark."""

    title: str
    tables: Sequence[Table]
    notes: Sequence[str] = ()
    missing: Sequence[str] = ()
    """Values that could not be measured, and what each needs."""
    summary: Table | None = None
    """The table for the README."""
    plot: str | None = None
    """The plot for the README, an SVG."""
