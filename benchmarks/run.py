"""Runs one benchmark, or all of them and writes docs/benchmarks.md."""

import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks import base64, builds, edits, handlers, powertools, trigger
from benchmarks.machine import load_warning, machine
from benchmarks.report import show, show_end, write
from benchmarks.section import BenchError, Section
from components.local.home import Home
from components.local.isolation import remove_aws_variables
from components.local.progress import Progress

BENCHMARKS: Mapping[str, Callable[[Path, Path, Callable[[str], None]], Section]] = {
    "handlers": handlers.run,
    "base64": base64.run,
    "trigger": trigger.run,
    "powertools": powertools.run,
    "builds": builds.run,
    "edits": edits.run,
}


def run(root: Path, home: Home, name: str | None) -> None:
    """Run a benchmark and print its results, or run all of them and write the page too.

    Raises:
        BenchError: there is no such benchmark, or a measurement would be wrong.
    """
    if name is not None and name not in BENCHMARKS:
        raise BenchError(f"unknown benchmark {name!r}: use one of {', '.join(BENCHMARKS)}")
    # The SDK logs each failed resource with its traceback; the error message contains the same.
    logging.disable(logging.CRITICAL)
    remove_aws_variables(os.environ)
    warning = load_warning()
    sections = []
    with home.one_run_at_a_time():
        for chosen in [name] if name else BENCHMARKS:
            progress = Progress()
            with progress.shown():
                sections.append(BENCHMARKS[chosen](root, home.folder, progress.report))
            show(sections[-1])
    measured_on = machine(root) + (f" · {warning}" if warning else "")
    show_end(sections, measured_on)
    if name is None:
        write(root, sections, measured_on)
