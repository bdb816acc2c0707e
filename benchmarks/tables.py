"""Tables of the functions' benchmark."""

from collections.abc import Callable, Mapping, Sequence

from benchmarks.figures import Figures
from benchmarks.languages.c import NAME as FLOOR
from benchmarks.languages.language import PEERS
from benchmarks.languages.rust import NAME as RUST
from benchmarks.section import Table
from benchmarks.targets import Verdict

NOT_MEASURED = "-"

NOTES = (
    "Each function is the executable in its artifact, built with the profile `release`. It runs with Lambda's "
    "environment variables and our implementation of Lambda's Runtime API, so the numbers do not include Lambda's "
    "own time. Languages take turns; numbers are medians. First, each peer's response is compared with ours.",
    "**zip**: the handler and its packages. The AWS SDK is listed separately: Lambda's managed runtimes include "
    "one, but AWS recommends packaging your own. The runtime interface client of the peers is not included.",
    "**start**: from process creation to the first `/next`. **bare C** requests events and responds with `{}`.",
    "**first call**: with 7 ms of CPU time per 100 ms, as on Lambda with 128 MB; the start is not limited, as on "
    "Lambda. It includes the AWS client's first request, over plain HTTP without TLS.",
    "**CPU share**: CPU time of a warm call divided by its duration; the rest is waiting, mostly for DynamoDB. That"
    " is the emulator on the same machine; the real one has other response times, equal for all languages.",
    "**$ per million**: requests on arm64 at the function's configured memory, at list prices of us-east-1, with "
    "the warm median on this machine rounded up to a millisecond. <https://aws.amazon.com/lambda/pricing/>",
    "`analytics-trigger`: the first call has 10 views, each warm call 100. The peers process views only, ours also "
    "leaves.",
)


def targets(judged: Sequence[Verdict]) -> Table:
    """Return the table of targets."""
    return Table(
        title="Targets",
        columns=("function", "metric", "at most", "measured", "outcome"),
        rows=[
            (one.target.subject, one.target.metric, f"{one.target.at_most:g}", number(one.measured), one.outcome)
            for one in judged
        ],
    )


def subject(name: str, counted: str, rows: Mapping[str, Figures]) -> Table:
    """Return the table of a subject: a column per language, with ratios to ours."""
    ours, *others = [language for language in (RUST, *PEERS, FLOOR) if language in rows]

    def line(title: str, figure: Callable[[Figures], float | None]) -> tuple[str, ...]:
        return (
            title,
            number(figure(rows[ours])),
            *(_with_ratio(figure(rows[other]), figure(rows[ours]) if other in PEERS else None) for other in others),
        )

    return Table(
        title=name,
        columns=("", ours, *others),
        rows=[
            line("start, ms", lambda figures: figures.init_ms),
            line("start, relative to bare C", lambda figures: figures.init_ratio),
            line("start, CPU ms", lambda figures: figures.init_cpu_ms),
            line("resident, MiB", lambda figures: figures.resident_mib),
            line("peak resident, MiB", lambda figures: figures.peak_mib),
            line("first call, ms", lambda figures: figures.first_call_ms),
            line("warm call, p50, ms", lambda figures: figures.warm_p50_ms),
            line("warm call, p90, ms", lambda figures: figures.warm_p90_ms),
            line("warm call, p99, ms", lambda figures: figures.warm_p99_ms),
            line("warm call, CPU ms", lambda figures: figures.cpu_ms),
            ("warm call, CPU share", *(f"{rows[language].cpu_share:.0%}" for language in (ours, *others))),
            line(f"{counted} per second", lambda figures: figures.per_second),
            line("$ per million calls", lambda figures: figures.dollars),
            ("zip, MB", *(number(rows[language].zip_mb) for language in (ours, *others))),
            ("AWS SDK, MB", *(number(rows[language].sdk_mb) for language in (ours, *others))),
        ],
    )


def _with_ratio(value: float | None, ours: float | None) -> str:
    return f"{number(value)} ({_ratio(value / ours)}x)" if value and ours else number(value)


def _ratio(ratio: float) -> str:
    return f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.1f}"  # noqa: PLR2004 (two digits)


def summary(found: Mapping[str, Mapping[str, Figures]]) -> Table:
    """Return the README's table: four figures per function, ours first."""
    return Table(
        title="",
        columns=("Rust / Python / JavaScript", "start ms", "resident MiB", "first call at 7% CPU, ms", "warm call ms"),
        rows=[(name, *_summary_cells(rows)) for name, rows in found.items()],
    )


def _summary_cells(rows: Mapping[str, Figures]) -> list[str]:
    peers = [rows[language] for language in (RUST, *PEERS) if language in rows]
    return [
        _side_by_side([figures.init_ms for figures in peers]),
        _side_by_side([figures.resident_mib for figures in peers]),
        _side_by_side([figures.first_call_ms for figures in peers]),
        _side_by_side([figures.warm_p50_ms for figures in peers]),
    ]


def number(value: float | None) -> str:
    """Return a number with three significant digits."""
    if value is None:
        return NOT_MEASURED
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 (three digits)


def _side_by_side(values: Sequence[float | None]) -> str:
    return " / ".join(f"**{number(value)}**" if index == 0 else number(value) for index, value in enumerate(values))
