"""Compares the trigger with one that updates each counter on its own: a Rust tool counts the same traffic with both."""

import os
from collections.abc import Callable
from pathlib import Path

from benchmarks.rust_tool import run_tool
from benchmarks.section import Section, Table
from benchmarks.stack import fresh_emulator
from components.local.stack_config import STACK, read_stack_config

COLUMNS = ("store", "views/s", "calls", "write calls", "writes", "write units")
"""Columns; all but the first are per view."""


def run(root: Path, home: Path, report: Callable[[str], None]) -> Section:
    """Count in memory, and over the DynamoDB of an emulator.

    Raises:
        BenchError: the tool fails.
        LocalError: the emulator does not start.
    """
    with fresh_emulator(home, read_stack_config(root, STACK).region, report) as url:
        report("compiling both triggers, and counting the same views with each")
        printed = run_tool(root, "bench-trigger", {**os.environ, "ANALYTICS_BENCH_ENDPOINT": url})
    table = Table(title="The trigger and a plain one, in batches of 10 and 100", columns=COLUMNS, rows=rows_of(printed))
    return Section(title="Exact counts", tables=[table])


def rows_of(printed: str) -> list[tuple[str, ...]]:
    """Return the rows of the program's output: a header, then store, trigger, batch and numbers per line."""
    lines = (line.split() for line in printed.splitlines()[1:])
    return [(f"{store} {batch} {trigger}", *numbers) for store, trigger, batch, *numbers in lines]
