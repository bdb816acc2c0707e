"""What counting views costs, beside a plain trigger: a Rust program of its own counts the same traffic by both."""

import os
from collections.abc import Callable
from pathlib import Path

from benchmarks.rust_example import run_example
from benchmarks.section import Section, Table
from benchmarks.stack import fresh_emulator
from local.isolation import emulated_aws
from local.local_stack import STACK
from local.stack_config import read_stack_config

COLUMNS = ("store", "trigger", "batch", "views/s", "calls/view", "write calls/view", "writes/view", "write units/view")


def run(root: Path, home: Path, report: Callable[[str], None]) -> Section:
    """Count in memory, and over the DynamoDB of an emulator.

    Raises:
        BenchError: the program fails.
        LocalError: the emulator does not start.
    """
    region = read_stack_config(root, STACK).region
    with fresh_emulator(home, region, report) as url:
        report("compiling both triggers, and counting the same views by them")
        place = {**emulated_aws(url, region), "ANALYTICS_BENCH_ENDPOINT": url}
        printed = run_example(root, "analytics-trigger", "bench", {**os.environ, **place})
    rows = [line.split() for line in printed.splitlines()[1:]]
    table = Table(title="The trigger and a plain one", columns=COLUMNS, rows=rows)
    return Section(title="Exact counts", tables=[table])
