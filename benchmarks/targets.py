"""What the functions are to reach, and whether they do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks.figures import Figures
from benchmarks.quota import NOT_MEASURED


@dataclass(frozen=True, kw_only=True)
class Target:
    """A limit for one figure of a subject."""

    subject: str
    what: str
    unit: str
    figure: Callable[[Figures], float | None]
    at_most: float


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What became of a target."""

    subject: str
    what: str
    at_most: str
    measured: str
    outcome: str
    """`pass`, `short by …`, or why it is not known."""
    is_reached: bool


def _zip(subject: str, at_most: float) -> Target:
    return Target(subject=subject, what="zip", unit="MB", figure=lambda figures: figures.zip_mb, at_most=at_most)


def _init(subject: str, at_most: float) -> Target:
    what = "spawn to first /next, to bare C"
    return Target(subject=subject, what=what, unit="x", figure=lambda figures: figures.init_ratio, at_most=at_most)


def _resident(subject: str, at_most: float) -> Target:
    what = "resident after the first call"
    return Target(subject=subject, what=what, unit="MiB", figure=lambda figures: figures.resident_mib, at_most=at_most)


def _first_call(subject: str, at_most: float) -> Target:
    what = "first call at 7% of a processor"
    return Target(subject=subject, what=what, unit="ms", figure=lambda figures: figures.first_call_ms, at_most=at_most)


TARGETS = (
    *(_zip("echo", 0.6), _init("echo", 2), _resident("echo", 5), _first_call("echo", 10)),
    *(_zip("glitch, 100 kB", 1.1), _init("glitch, 100 kB", 2), _first_call("glitch, 100 kB", 50)),
    _resident("glitch, 4.4 MB", 30),
    *(_zip("analytics-api", 2.2), _init("analytics-api", 4)),
    *(_resident("analytics-api", 12), _first_call("analytics-api", 60)),
    *(_zip("analytics-trigger", 2.0), _init("analytics-trigger", 4)),
    *(_resident("analytics-trigger", 12), _first_call("analytics-trigger", 60)),
    *(_zip("currencies", 2.8), _init("currencies", 4)),
    *(_resident("currencies", 14), _first_call("currencies", 80)),
)


def verdicts(found: Mapping[str, Figures]) -> list[Verdict]:
    """Judge the figures of subjects, by their names."""
    return [judge(target, target.figure(found[target.subject])) for target in TARGETS]


def judge(target: Target, measured: float | None) -> Verdict:
    """Return what became of a target."""
    if measured is None:
        shown, outcome, is_reached = "", f"not measured: {NOT_MEASURED}", False
    else:
        over = measured - target.at_most
        shown, is_reached = _shown(measured, target.unit), over <= 0
        outcome = "pass" if is_reached else f"short by {_shown(over, target.unit)}"
    return Verdict(
        subject=target.subject,
        what=target.what,
        at_most=f"{target.at_most:g} {target.unit}",
        measured=shown,
        outcome=outcome,
        is_reached=is_reached,
    )


def _shown(value: float, unit: str) -> str:
    return f"{value:.2f} {unit}"
