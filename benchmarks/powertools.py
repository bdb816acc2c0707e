"""What logs and metrics cost: a function with the crate `powertools` beside the same one that logs nothing."""

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.environment import Program, environment
from benchmarks.packing import zipped_bytes
from benchmarks.section import BenchError, Section, Table
from benchmarks.tables import number, targets
from benchmarks.targets import Target, judge

TOOL = "bench-powertools"
WITHOUT, WITH = "bench-bare", "bench-powertools"
EVENT = json.dumps({"message": "hi"}).encode()
ROUNDS = 11
CALLS = 300
MS_PER_CALL, RESIDENT_MIB, ZIP_KB = 0.05, 0.2, 60
VARIABLES = {
    "AWS_LAMBDA_FUNCTION_NAME": "bench",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
    "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
}
NOTES = (
    "Medians of calls in turns, of one function that returns its event. **without**: `lambda_runtime` alone, which "
    "logs nothing. **with**: a closing line with the standard keys, a route, a status and a metric.",
)


def run(root: Path, home: Path, report: Callable[[str], None]) -> Section:
    """Compile both with the profile of the functions, and measure them.

    Raises:
        BenchError: they do not compile, or fail.
    """
    report("compiling a function with and without powertools")
    folder = _compiled(root)
    home.mkdir(parents=True, exist_ok=True)
    call_ms: dict[str, list[float]] = {WITHOUT: [], WITH: []}
    resident_mib: dict[str, list[float]] = {WITHOUT: [], WITH: []}
    for turn in range(ROUNDS):
        report(f"powertools: round {turn + 1} of {ROUNDS}")
        for name in (WITHOUT, WITH):
            program = Program(
                command=(str(folder / name),), folder=folder, variables=VARIABLES, log=home / f"{name}.log"
            )
            with environment(program) as place:
                calls = [place.invoke(EVENT).nanoseconds / 1e6 for _ in range(CALLS)]
                call_ms[name].append(median(calls))
                resident_mib[name].append(place.memory().resident_mib)
    zip_kb = {name: zipped_bytes([folder / name]) / 1e3 for name in call_ms}
    found = {
        "warm call, ms": {name: median(values) for name, values in call_ms.items()},
        "resident, MiB": {name: median(values) for name, values in resident_mib.items()},
        "zip, kB": zip_kb,
    }
    return Section(title="Logs and metrics", tables=_tables(found), notes=NOTES)


def _tables(found: Mapping[str, Mapping[str, float]]) -> list[Table]:
    most = dict(zip(found, (MS_PER_CALL, RESIDENT_MIB, ZIP_KB), strict=True))
    more = {what: values[WITH] - values[WITHOUT] for what, values in found.items()}
    judged = [
        judge(Target(subject="powertools", what=f"{what}, more", at_most=most[what]), more[what]) for what in found
    ]
    rows = [(what, number(values[WITHOUT]), number(values[WITH]), number(more[what])) for what, values in found.items()]
    return [targets(judged), Table(title="powertools", columns=("", "without", "with", "more"), rows=rows)]


def _compiled(root: Path) -> Path:
    command = ["cargo", "build", "--locked", "--quiet", "--release", "--package", TOOL, "--message-format=json"]
    done = subprocess.run(command, cwd=root / "rust", stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise BenchError(f"{' '.join(command)} fails, see its message above")
    messages: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    executables = [message["executable"] for message in messages if message.get("executable")]
    return Path(executables[0]).parent
