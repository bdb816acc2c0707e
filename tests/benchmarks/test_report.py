"""Tests of the page, the README's section and the plot."""

from xml.etree import ElementTree

import pytest

from benchmarks.figures import Figures
from benchmarks.plot import plot
from benchmarks.report import page, refreshed
from benchmarks.section import BenchError, Section, Table
from benchmarks.tables import number, subject, summary
from benchmarks.trigger import rows_of
from tests.recording import ROOT

README = "# Title\n\n<!-- benchmarks -->\nold\n<!-- /benchmarks -->\n\nEnd\n"
TABLE = Table(title="echo", columns=("", "Rust"), rows=[("start, ms", "1.2")])
SECTION = Section(
    title="Functions", tables=[TABLE], notes=["A note."], missing=["Node.js"], summary=TABLE, plot="<svg/>"
)


def row(start_ms: float) -> Figures:
    """Return figures of which only the start matters."""
    return Figures(
        zip_mb=1,
        sdk_mb=0,
        init_ms=start_ms,
        init_ratio=1,
        init_cpu_ms=1,
        resident_mib=2,
        peak_mib=3,
        first_call_ms=None,
        warm_p50_ms=0.2,
        warm_p90_ms=0.3,
        warm_p99_ms=0.4,
        per_second=2345.6,
        cpu_ms=0.1,
        cpu_share=0.5,
        dollars=0.2,
    )


def test_only_the_benchmarks_of_the_readme_are_replaced() -> None:
    once = refreshed(README, [SECTION], "a machine")
    assert once.startswith("# Title\n\n<!-- benchmarks -->\n")
    assert once.endswith("<!-- /benchmarks -->\n\nEnd\n")
    assert "old" not in once
    assert "| start, ms | 1.2 |" in once
    assert "a machine" in once
    assert refreshed(once, [SECTION], "a machine") == once


def test_a_readme_without_a_section_is_refused() -> None:
    with pytest.raises(BenchError, match="<!-- benchmarks -->"):
        refreshed("# Title\n", [SECTION], "a machine")


def test_this_readme_has_a_section() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert refreshed(readme, [SECTION], "a machine") != readme


def test_the_page_has_all_tables_notes_and_missing_results() -> None:
    text = page([SECTION], "a machine")
    assert "## Functions\n\n### echo\n\n|  | Rust |\n| --- | ---: |\n| start, ms | 1.2 |\n\nA note.\n" in text
    assert "Not measured: Node.js" in text


def test_other_languages_are_shown_with_their_ratios() -> None:
    table = subject("echo", "calls", {"bare C": row(1), "Rust": row(2), "Python": row(50)})
    assert table.columns == ("", "Rust", "Python", "bare C")
    assert ("start, ms", "2", "50 (25x)", "1") in table.rows
    assert ("first call, ms", "-", "-", "-") in table.rows


def test_the_summary_omits_a_missing_peer() -> None:
    table = summary({"echo": {"Rust": row(2), "Python": row(50), "bare C": row(1)}})
    assert table.rows == [("echo", "**2** / 50", "**2** / 2", "**-** / -", "**0.2** / 0.2")]


def test_a_number_has_three_significant_digits() -> None:
    assert [number(value) for value in (0.012345, 1.2345, 99.95, 123.4, 12345.6)] == [
        *("0.0123", "1.23", "100", "123", "12,346"),
    ]


def test_each_panel_of_the_plot_has_a_bar_per_language() -> None:
    found = {"a <function>": {"Rust": row(2), "Python": row(50), "JavaScript": row(60), "bare C": row(1)}}
    image = ElementTree.fromstring(plot(found))  # noqa: S314 (our own)
    bars = [part.get("class") for part in image.iter("{http://www.w3.org/2000/svg}rect")]
    of_the_legend = 1
    assert {name: bars.count(name) for name in bars} == dict.fromkeys(
        ("rust", "python", "javascript"), 3 + of_the_legend
    )


def test_the_output_of_the_rust_program_becomes_a_table() -> None:
    printed = "store trigger batch views/s calls/view\nmemory   ours        10   368.1   0.200\n"
    assert rows_of(printed) == [("memory 10 ours", "368.1", "0.200")]
