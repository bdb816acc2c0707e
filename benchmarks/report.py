"""Prints results, and writes the page, the plot and the README's section."""

import re
import textwrap
from collections.abc import Sequence
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable

from benchmarks.section import BenchError, Section, Table

PAGE = Path("docs/benchmarks.md")
PLOT = Path("docs/images/benchmarks.svg")
README = Path("README.md")
MARKED = re.compile(r"(<!-- benchmarks -->\n).*?(<!-- /benchmarks -->)", re.DOTALL)
COLORS = (("pass", "green"), ("short", "red"), ("not measured", "red"))


def show(section: Section) -> None:
    """Print the results of a benchmark."""
    console = Console(highlight=False)
    for table in section.tables:
        console.print(_rich(table))
    for note in section.notes:
        console.print(escape(note), style="dim")


def show_end(sections: Sequence[Section], machine: str) -> None:
    """Print the machine, and what could not be measured."""
    console = Console(highlight=False)
    console.print(machine, markup=False)
    for section in sections:
        for missing in section.missing:
            console.print(f"not measured: {missing}", style="bold red", markup=False)


def write(root: Path, sections: Sequence[Section], machine: str) -> None:
    """Write the page, the plot and the README's section.

    Raises:
        BenchError: the README has no such section.
    """
    (root / PAGE).write_text(page(sections, machine), encoding="utf-8")
    for section in sections:
        if section.plot:
            (root / PLOT).parent.mkdir(parents=True, exist_ok=True)
            (root / PLOT).write_text(section.plot, encoding="utf-8")
    readme = root / README
    readme.write_text(refreshed(readme.read_text(encoding="utf-8"), sections, machine), encoding="utf-8")


def page(sections: Sequence[Section], machine: str) -> str:
    """Return the page with all tables."""
    parts = ["# Benchmarks", _wrapped(f"`make bench` writes this page. Measured on {machine}.")]
    for section in sections:
        parts.append(f"## {section.title}")
        parts += [f"### {table.title}\n\n{table.markdown()}" for table in section.tables]
        parts += [_wrapped(note) for note in section.notes]
        parts += [_wrapped(f"Not measured: {missing}") for missing in section.missing]
    return "\n\n".join(parts) + "\n"


def refreshed(readme: str, sections: Sequence[Section], machine: str) -> str:
    """Return the README with a new section between the two comments.

    Raises:
        BenchError: it has no such section.
    """
    tables = [section.summary.markdown() for section in sections if section.summary]
    plots = [f"![Start, warm call and memory of each function]({PLOT})" for section in sections if section.plot]
    summary = f"Measured by `make bench` on {machine}. All of it, with targets and prices: [{PAGE}]({PAGE})."
    part = "\n\n".join((*tables, *plots, _wrapped(summary)))
    changed, count = MARKED.subn(lambda found: f"{found[1]}{part}\n{found[2]}", readme)
    if count != 1:
        raise BenchError(
            "README.md must have `<!-- benchmarks -->` and `<!-- /benchmarks -->` once, on lines of their own"
        )
    return changed


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 120, break_long_words=False, break_on_hyphens=False)


def _rich(table: Table) -> RichTable:
    shown = RichTable(title=table.title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for index, column in enumerate(table.columns):
        shown.add_column(column, justify="right" if index else "left", no_wrap=index < len(table.columns) - 1)
    for row in table.rows:
        color = next((color for word, color in COLORS if row[-1].startswith(word)), None)
        shown.add_row(*(escape(cell) for cell in row), style=color)
    return shown
