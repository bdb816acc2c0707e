"""Targets, and whether they are met."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks.figures import Figures
from benchmarks.quota import NOT_MEASURED

Figure = Callable[[Figures], float | None]


@dataclass(frozen=True, kw_only=True)
class Target:
    """A limit of a figure."""

    subject: str
    metric: str
    """Name with unit."""
    at_most: float
    needs: str = ""
    """Requirements of the measurement that a machine may lack."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Result of a target."""

    target: Target
    measured: float | None
    outcome: str
    """`pass`, `over by …`, or why it is unknown."""


def _zip(subject: str, at_most: float) -> tuple[Target, Figure]:
    return Target(subject=subject, metric="zip, MB", at_most=at_most), lambda figures: figures.zip_mb


def _start(subject: str, at_most: float) -> tuple[Target, Figure]:
    target = Target(subject=subject, metric="start, relative to bare C", at_most=at_most, needs=IDLE)
    return target, lambda figures: figures.init_ratio


def _resident(subject: str, at_most: float) -> tuple[Target, Figure]:
    return Target(subject=subject, metric="resident, MiB", at_most=at_most), lambda figures: figures.resident_mib


def _first_call(subject: str, at_most: float) -> tuple[Target, Figure]:
    target = Target(subject=subject, metric="first call, ms", at_most=at_most, needs=NOT_MEASURED)
    return target, lambda figures: figures.first_call_ms


IDLE = "needs an idle machine: starts were faster than those of a client that does nothing"
TARGETS: tuple[tuple[Target, Figure], ...] = (
    *(_zip("echo", 0.6), _start("echo", 2), _resident("echo", 5), _first_call("echo", 10)),
    *(_zip("glitch, 100 kB", 1.1), _start("glitch, 100 kB", 2), _first_call("glitch, 100 kB", 50)),
    _resident("glitch, 4.4 MB", 30),
    *(_zip("analytics-api", 2.3), _start("analytics-api", 2)),
    *(_resident("analytics-api", 12), _first_call("analytics-api", 60)),
    *(_zip("analytics-trigger", 2.0), _start("analytics-trigger", 2)),
    *(_resident("analytics-trigger", 12), _first_call("analytics-trigger", 60)),
    *(_zip("currencies", 2.8), _start("currencies", 2)),
    *(_resident("currencies", 14), _first_call("currencies", 80)),
)


def verdicts(found: Mapping[str, Figures]) -> list[Verdict]:
    """Compare figures with their targets, by name."""
    return [judge(target, figure(found[target.subject])) for target, figure in TARGETS]


def judge(target: Target, measured: float | None) -> Verdict:
    """Return the result of a target."""
    if measured is None:
        outcome = f"not measured: {target.needs}"
    elif measured <= target.at_most:
        outcome = "pass"
    else:
        outcome = f"over by {measured - target.at_most:.2f}"
    return Verdict(target=target, measured=measured, outcome=outcome)
