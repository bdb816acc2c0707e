"""What counting views costs, beside a plain trigger: a Rust program of its own counts the same traffic by both."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.rust_example import run_example
from benchmarks.section import Section, Table
from local.emulator import EmulatorHome
from local.isolation import emulated_aws
from local.stack_config import read_stack_config
from local.up import STACK

COLUMNS = ("store", "trigger", "batch", "views/s", "calls/view", "write calls/view", "writes/view", "write units/view")


def run(root: Path, home: Path, report: Callable[[str], None]) -> Section:
    """Count in memory, and over the DynamoDB of an emulator.

    Raises:
        BenchError: the program fails.
        LocalError: the emulator does not start.
    """
    region = read_stack_config(root, STACK).region
    emulator = EmulatorHome(home)
    try:
        report("starting the emulator")
        url = emulator.start(region).url
        report("counting the same views by both triggers")
        place: Mapping[str, str] = {**emulated_aws(url, region), "ANALYTICS_BENCH_ENDPOINT": url}
        printed = run_example(root, "analytics-trigger", "bench", {**os.environ, **place})
    finally:
        emulator.stop()
    rows = [line.split() for line in printed.splitlines()[1:]]
    table = Table(title="The trigger and a plain one", columns=COLUMNS, rows=rows)
    return Section(title="Exact counts", tables=[table])
