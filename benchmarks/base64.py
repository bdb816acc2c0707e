"""Compares glitching a large picture with decoding and encoding base64 alone."""

import os
from collections.abc import Callable
from pathlib import Path

from benchmarks.rust_tool import run_tool
from benchmarks.section import Section, Table
from benchmarks.tables import number, targets
from benchmarks.targets import Target, judge

NOTES = (
    "Medians, measured in turns in one process. **handler**: from request to response, with one decoding and "
    "encoding of base64. **all of it**: with parsing the event and serializing the response. **base64 alone**: one "
    "decoding and encoding with the same library.",
)


def run(root: Path, _: Path, report: Callable[[str], None]) -> Section:
    """Run the tool that measures this.

    Raises:
        BenchError: the tool fails.
    """
    report("compiling and measuring glitch and base64")
    handler_ms, whole_ms, alone_ms = map(float, run_tool(root, "bench-glitch", os.environ).split())
    target = Target(subject="glitch, 4.4 MB", metric="handler, relative to base64", at_most=1.5)
    return Section(
        title="A large picture",
        tables=[
            targets([judge(target, handler_ms / alone_ms)]),
            Table(
                title="4.4 MB of JPEG",
                columns=("", "ms"),
                rows=[
                    ("handler", number(handler_ms)),
                    ("all of it", number(whole_ms)),
                    ("base64 alone", number(alone_ms)),
                ],
            ),
        ],
        notes=NOTES,
    )
