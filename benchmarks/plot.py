"""The README's plot, an SVG for light and dark pages."""

import math
from collections.abc import Callable, Mapping
from html import escape

from benchmarks.figures import Figures
from benchmarks.languages.language import PEERS
from benchmarks.languages.rust import NAME as RUST

PANELS: tuple[tuple[str, Callable[[Figures], float]], ...] = (
    ("start, ms", lambda figures: figures.init_ms),
    ("warm call, ms", lambda figures: figures.warm_p50_ms),
    ("resident memory, MiB", lambda figures: figures.resident_mib),
)
CLASSES = {RUST: "rust", **dict(zip(PEERS, ("python", "javascript"), strict=True))}

SCALE = "logarithmic: each line is ten times the one before"

WIDTH = 900
LABELS = 120
"""Width of the function names."""
GAP = 24
BAR = 9
ROW = 44
TOP = 56
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #333 }
.title { font-weight: 600 } .value { font-size: 9px }
.rust { fill: #c2410c } .python { fill: #3b6ea5 } .javascript { fill: #b8960c }
.grid { stroke: #8884; stroke-width: 1 }
@media (prefers-color-scheme: dark) { text { fill: #ddd } .rust { fill: #f97316 } .python { fill: #6aa5e0 }
.javascript { fill: #e6c229 } }
"""


def plot(found: Mapping[str, Mapping[str, Figures]]) -> str:
    """Return an SVG with three panels of bars, by subject and language, each with its own logarithmic scale."""
    width = (WIDTH - LABELS) / len(PANELS)
    height = TOP + ROW * len(found)
    parts = [_legend()]
    for index, name in enumerate(found):
        parts.append(_text(LABELS - 8, TOP + ROW * index + ROW / 2, name, 'text-anchor="end"'))
    for index, (title, figure) in enumerate(PANELS):
        values = {
            name: {language: figure(rows[language]) for language in CLASSES if language in rows}
            for name, rows in found.items()
        }
        parts.append(_panel(title, values, LABELS + width * index, width - GAP, height))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">'
    title = "<title>Start, warm call and memory of each function in Rust, Python and JavaScript</title>"
    return "\n".join((head, title, f"<style>{STYLE}</style>", *parts, "</svg>", ""))


def _legend() -> str:
    entries = (
        f'<rect class="{style}" x="{LABELS + 110 * index}" y="6" width="10" height="10"/>'
        + _text(LABELS + 110 * index + 16, 15, language)
        for index, (language, style) in enumerate(CLASSES.items())
    )
    return "\n".join((*entries, _text(WIDTH - GAP, 15, SCALE, 'text-anchor="end"')))


def _panel(title: str, values: Mapping[str, Mapping[str, float]], left: float, width: float, height: float) -> str:
    shown = [value for rows in values.values() for value in rows.values()]
    least, most = math.floor(math.log10(min(shown))), math.ceil(math.log10(max(shown)))

    def length(value: float) -> float:
        return (math.log10(value) - least) / max(1, most - least) * (width - 28)

    parts = [_text(left, 40, title, 'class="title"')]
    for power in range(least, most + 1):
        x = left + length(10.0**power)
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 8}" y2="{height - 6}"/>')
    for row, rows in enumerate(values.values()):
        for index, (language, value) in enumerate(rows.items()):
            y = TOP + ROW * row + (BAR + 2) * index
            bar = f'x="{left:.1f}" y="{y}" width="{max(1.0, length(value)):.1f}" height="{BAR}"'
            parts.append(f'<rect class="{CLASSES[language]}" {bar}/>')
            parts.append(_text(left + length(value) + 3, y + BAR - 1, f"{value:.3g}", 'class="value"'))
    return "\n".join(parts)


def _text(x: float, y: float, text: str, attributes: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {attributes}>{escape(text)}</text>'
