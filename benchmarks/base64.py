"""What glitching a large picture costs, beside the base64 in which it comes and goes."""

import os
from collections.abc import Callable
from pathlib import Path

from benchmarks.rust_tool import run_tool
from benchmarks.section import Section, Table
from benchmarks.tables import number, targets
from benchmarks.targets import Target, judge

NOTES = (
    "In one process, in turns, medians. **handler**: from the request to the response, which decodes and encodes the "
    "base64 once and glitches between. **all of it**: with reading the event's text and writing the response's. "
    "**base64 alone**: decoding and encoding the same once, by the same library.",
)


def run(root: Path, _: Path, report: Callable[[str], None]) -> Section:
    """Measure all three by a tool.

    Raises:
        BenchError: it fails.
    """
    report("compiling and measuring glitch beside base64")
    handler_ms, whole_ms, alone_ms = map(float, run_tool(root, "bench-glitch", os.environ).split())
    target = Target(subject="glitch, 4.4 MB", what="handler, times base64 alone", at_most=1.5)
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
