"""The tables of the functions' benchmark."""

from collections.abc import Mapping, Sequence

from benchmarks.figures import Figures
from benchmarks.languages.c import NAME as FLOOR
from benchmarks.languages.language import PEERS
from benchmarks.languages.rust import NAME as RUST
from benchmarks.section import Table
from benchmarks.targets import Verdict

NONE = "-"

NOTES = (
    "Each function is the bootstrap in the zip that the build has made with the profile `release`. It is run with what "
    "Lambda sets, against a stand-in for Lambda's Runtime API: what Lambda itself adds is in no number. Languages take "
    "turns, and numbers are medians. Before anything is measured, each peer's answer is held against ours.",
    "**zip**: the handler and its packages. After the plus sign the AWS SDK, which Lambda's managed runtimes have too "
    "and AWS says to bring all the same; their runtime interface client is not counted.",
    "**start**: from making the process to its first `/next`, and how many times that of a client in C that does "
    "nothing but ask. `analytics-api` reads its session keys from DynamoDB in that time, and so do its peers.",
    "**first call**: with 7 ms of processor time in every 100, as Lambda gives at 128 MB; the start before it is "
    "without that limit, as on Lambda. It has the AWS client's first request in it, over plain HTTP: TLS is left out.",
    "**own share**: processor time of a warm call over all of its time; the rest is waiting, for DynamoDB above all. "
    "That is the emulator's on the same machine: a real one answers in other times, the same for all languages.",
    "**$ per million**: requests on arm64 at the function's configured memory, by the list prices of us-east-1, with "
    "the warm median on this machine rounded up to a millisecond. <https://aws.amazon.com/lambda/pricing/>",
    "`analytics-trigger`: the first call brings 10 views, each warm call 100, which were stored before. The peers fold "
    "views only, ours leaves too.",
)


def targets(judged: Sequence[Verdict]) -> Table:
    """Return the table of targets."""
    return Table(
        title="Targets",
        columns=("function", "what", "at most", "measured", "outcome"),
        rows=[(one.subject, one.what, one.at_most, one.measured, one.outcome) for one in judged],
    )


def subject(name: str, rows: Mapping[str, Figures]) -> Table:
    """Return the table of a subject: a row for each language."""
    return Table(
        title=name,
        columns=(
            *("language", "zip MB", "start ms", "to C", "resident MiB", "first call ms"),
            *("warm p50 ms", "p90", "p99", "per second", "own share", "$ per million"),
        ),
        rows=[_row(language, figures) for language, figures in rows.items()],
    )


def summary(found: Mapping[str, Mapping[str, Figures]]) -> Table:
    """Return the README's table: of each function and language, four figures with ours first."""
    return Table(
        title="",
        columns=("Rust / Python / JavaScript", "start ms", "resident MiB", "first call at 7% CPU, ms", "warm call ms"),
        rows=[(name, *_four(rows)) for name, rows in found.items()],
    )


def _four(rows: Mapping[str, Figures]) -> list[str]:
    peers = [rows[language] for language in (RUST, *PEERS) if language in rows]
    return [
        _side_by_side([figures.init_ms for figures in peers]),
        _side_by_side([figures.resident_mib for figures in peers]),
        _side_by_side([figures.first_call_ms for figures in peers]),
        _side_by_side([figures.warm_p50_ms for figures in peers]),
    ]


def _row(language: str, figures: Figures) -> tuple[str, ...]:
    is_floor = language == FLOOR
    sdk = f" + {number(figures.sdk_mb)}" if figures.sdk_mb else ""
    return (
        language,
        number(figures.zip_mb) + sdk,
        number(figures.init_ms),
        number(figures.init_ratio),
        number(figures.resident_mib),
        number(figures.first_call_ms),
        number(figures.warm_p50_ms),
        number(figures.warm_p90_ms),
        number(figures.warm_p99_ms),
        NONE if is_floor else number(figures.per_second),
        NONE if is_floor else f"{figures.own_share:.0%}",
        NONE if is_floor else f"{figures.dollars:.2f}",
    )


def number(value: float | None) -> str:
    """Return a number with three digits that count."""
    if value is None:
        return NONE
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 (three digits)


def _side_by_side(values: Sequence[float | None]) -> str:
    return " / ".join(f"**{number(value)}**" if index == 0 else number(value) for index, value in enumerate(values))
