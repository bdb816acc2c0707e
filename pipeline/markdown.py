"""Untrusted text, such as names of files and resources, in Markdown for GitHub."""

import re

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Characters that end a line or change the text direction."""


def printable(text: str) -> str:
    """Return text on one line, with control characters escaped as in Python."""
    return CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def code(text: str, *, in_table: bool = False) -> str:
    """Return text as a code span, which can contain no link, mention, image, HTML or emphasis.

    Its fence is longer than any run of backticks in the text. GFM requires `|` to be escaped in cells of a table, and
    only there: https://github.github.com/gfm/#example-200.
    """
    shown = printable(text) or " "
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    # CommonMark strips one space from both ends, unless the span is all spaces.
    padding = " " if (shown[0] + shown[-1]).strip("` ") != shown[0] + shown[-1] and shown.strip() else ""
    span = f"{fence}{padding}{shown}{padding}{fence}"
    return span.replace("|", "\\|") if in_table else span


def fenced(text: str) -> str:
    """Return text as a code block, with a fence longer than any run of backticks in it."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"
