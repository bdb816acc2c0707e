"""The tables of the functions' benchmark."""

from collections.abc import Callable, Mapping, Sequence

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
    "**zip**: the handler and its packages. The AWS SDK is beside it: Lambda's managed runtimes have one too, and AWS "
    "says to bring one's own all the same. Their runtime interface client is not counted.",
    "**start**: from making the process to its first `/next`. **bare C** asks for events, answers each by `{}`, and "
    "does nothing else. `analytics-api` reads its session keys from DynamoDB at the start, and so do its peers.",
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
        rows=[
            (one.target.subject, one.target.what, f"{one.target.at_most:g}", number(one.measured), one.outcome)
            for one in judged
        ],
    )


def subject(name: str, counted: str, rows: Mapping[str, Figures]) -> Table:
    """Return the table of a subject: a column for each language, peers with their ratio to ours."""
    ours, *others = [language for language in (RUST, *PEERS, FLOOR) if language in rows]

    def line(title: str, figure: Callable[[Figures], float | None]) -> tuple[str, ...]:
        return (
            title,
            number(figure(rows[ours])),
            *(_beside(figure(rows[other]), figure(rows[ours]) if other in PEERS else None) for other in others),
        )

    return Table(
        title=name,
        columns=("", ours, *others),
        rows=[
            line("start, ms", lambda figures: figures.init_ms),
            line("start, times bare C", lambda figures: figures.init_ratio),
            line("start, computing, ms", lambda figures: figures.init_cpu_ms),
            line("resident, MiB", lambda figures: figures.resident_mib),
            line("resident at most, MiB", lambda figures: figures.peak_mib),
            line("first call, ms", lambda figures: figures.first_call_ms),
            line("warm call, p50, ms", lambda figures: figures.warm_p50_ms),
            line("warm call, p90, ms", lambda figures: figures.warm_p90_ms),
            line("warm call, p99, ms", lambda figures: figures.warm_p99_ms),
            line("warm call, computing, ms", lambda figures: figures.cpu_ms),
            ("warm call, own share", *(f"{rows[language].own_share:.0%}" for language in (ours, *others))),
            line(f"{counted} per second", lambda figures: figures.per_second),
            line("$ per million calls", lambda figures: figures.dollars),
            ("zip, MB", *(number(rows[language].zip_mb) for language in (ours, *others))),
            ("AWS SDK, MB", *(number(rows[language].sdk_mb) for language in (ours, *others))),
        ],
    )


def _beside(value: float | None, ours: float | None) -> str:
    return f"{number(value)} ({_ratio(value / ours)}x)" if value and ours else number(value)


def _ratio(ratio: float) -> str:
    return f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.1f}"  # noqa: PLR2004 (two digits)


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


def number(value: float | None) -> str:
    """Return a number with three digits that count."""
    if value is None:
        return NONE
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 (three digits)


def _side_by_side(values: Sequence[float | None]) -> str:
    return " / ".join(f"**{number(value)}**" if index == 0 else number(value) for index, value in enumerate(values))
