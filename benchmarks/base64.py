"""What glitching a large picture costs, beside the base64 in which it comes and goes."""

import os
from collections.abc import Callable
from pathlib import Path

from benchmarks.rust_example import run_example
from benchmarks.section import Section, Table
from benchmarks.tables import number, targets
from benchmarks.targets import Target, judge

NOTES = (
    "In one process, in turns, medians: from the text of Lambda's event to the text of the response, and decoding and "
    "encoding the same base64 once by the same library.",
)


def run(root: Path, _: Path, report: Callable[[str], None]) -> Section:
    """Measure both by an example of the function's package.

    Raises:
        BenchError: it fails.
    """
    report("compiling and measuring glitch beside base64")
    ours_ms, alone_ms = map(float, run_example(root, "glitch", "bench", os.environ).split())
    target = Target(subject="glitch, 4.4 MB", what="handler, times base64 alone", at_most=1.5)
    return Section(
        title="A large picture",
        tables=[
            targets([judge(target, ours_ms / alone_ms)]),
            Table(
                title="4.4 MB of JPEG",
                columns=("", "ms"),
                rows=[("glitch, all of it", number(ours_ms)), ("base64 alone", number(alone_ms))],
            ),
        ],
        notes=NOTES,
    )
