"""Measures the cost of logs, metrics and traces: compares a function with the crate `powertools` with one without."""

import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.environment import Program, environment
from benchmarks.languages.language import zipped_bytes
from benchmarks.section import BenchError, Section, Table
from benchmarks.tables import number, targets
from benchmarks.targets import Target, judge

TOOL = "bench-powertools"
EVENT = json.dumps({"message": "hi"}).encode()
ROUNDS = 11
CALLS = 300
FIGURES = ("start, ms", "warm call, ms", "resident, MiB", "zip, kB")
LIMITS = {"warm call, ms": 0.05, "resident, MiB": 0.2, "zip, kB": 60}
"""Targets of `powertools` without `otel`: what it may add to the function without logs."""
VARIABLES = {
    "AWS_LAMBDA_FUNCTION_NAME": "bench",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
    "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
}
NOTES = (
    "Medians of calls in turns, of one function that returns its event. **without**: `lambda_runtime` alone, which "
    "logs nothing. **powertools**: a closing line with the standard keys, a route, a status and a metric. **otel**: "
    "the same with the feature `otel`, which adds OpenTelemetry's crates, for an invocation that X-Ray does not "
    "sample. **traced**: a sampled one, whose span a collector on this machine receives before the response.",
)


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A function to measure."""

    name: str
    executable: str
    is_traced: bool = False
    start_ms: list[float] = field(default_factory=list)
    call_ms: list[float] = field(default_factory=list)
    resident_mib: list[float] = field(default_factory=list)

    def measure(self, folder: Path, collector: str) -> None:
        """Start the function, and call it."""
        program = Program(
            command=(str(folder / self.executable),),
            folder=folder,
            variables={**VARIABLES, "OTEL_EXPORTER_OTLP_ENDPOINT": collector},
            log=folder / f"{self.name}.log",
            is_traced=self.is_traced,
        )
        with environment(program) as place:
            self.start_ms.append(place.init_ns / 1e6)
            self.call_ms.append(median(place.invoke(EVENT).nanoseconds / 1e6 for _ in range(CALLS)))
            self.resident_mib.append(place.memory().resident_mib)

    def figures(self, folder: Path) -> dict[str, float]:
        """Return the medians, and the size."""
        measured = [median(values) for values in (self.start_ms, self.call_ms, self.resident_mib)]
        return dict(zip(FIGURES, [*measured, zipped_bytes([folder / self.executable]) / 1e3], strict=True))


def run(root: Path, home: Path, report: Callable[[str], None]) -> Section:
    """Compile all with the profile of the functions, and measure them.

    Raises:
        BenchError: one of them does not compile, or fails.
    """
    report("compiling a function with and without powertools")
    home.mkdir(parents=True, exist_ok=True)
    _compile(root, home, "--features=otel")
    (home / TOOL).rename(home / "bench-otel")
    _compile(root, home)
    variants = [
        Variant(name="without", executable="bench-bare"),
        Variant(name="powertools", executable=TOOL),
        Variant(name="otel", executable="bench-otel"),
        Variant(name="traced", executable="bench-otel", is_traced=True),
    ]
    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as collector:
        threading.Thread(target=collector.serve_forever).start()
        try:
            for turn in range(ROUNDS):
                report(f"powertools: round {turn + 1} of {ROUNDS}")
                for variant in variants:
                    variant.measure(home, f"http://127.0.0.1:{collector.server_port}")
        finally:
            collector.shutdown()
    found = {variant.name: variant.figures(home) for variant in variants}
    return Section(title="Logs, metrics and traces", tables=_tables(found), notes=NOTES)


class Collector(BaseHTTPRequestHandler):
    """Receives spans."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    """Sends responses immediately."""
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Read the spans, and respond with success."""
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Log nothing."""


def _tables(found: Mapping[str, Mapping[str, float]]) -> list[Table]:
    without, ours = found["without"], found["powertools"]
    judged = [
        judge(Target(subject="powertools", metric=f"{what}, more", at_most=most), ours[what] - without[what])
        for what, most in LIMITS.items()
    ]
    rows = [(what, *(number(figures[what]) for figures in found.values())) for what in FIGURES]
    return [targets(judged), Table(title="powertools", columns=("", *found), rows=rows)]


def _compile(root: Path, home: Path, *options: str) -> None:
    """Compile the tool, and copy its executables."""
    build = ["cargo", "build", "--locked", "--quiet", "--release", "--package", TOOL, *options]
    command = [*build, "--message-format=json"]
    done = subprocess.run(command, cwd=root / "rust", stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise BenchError(f"`{' '.join(command)}` failed: see its message above")
    messages: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    for message in messages:
        if message.get("executable"):
            shutil.copy2(message["executable"], home)
