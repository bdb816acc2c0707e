"""Text of others, such as names of files and resources, in Markdown that GitHub renders."""

import re

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Characters that end a line, or turn the direction of what follows."""


def printable(text: str) -> str:
    """Return text on one line, with control characters as Python escapes them."""
    return CONTROL.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def code(text: str, *, in_table: bool = False) -> str:
    """Return text as a code span, in which nothing is markup: no link, mention, image, HTML or emphasis.

    The span has more backticks than the text has in a row. In a cell of a table a `|` is escaped, as GFM wants it there
    and nowhere else: https://github.github.com/gfm/#example-200.
    """
    shown = printable(text) or " "
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    # CommonMark takes one space off both ends, unless there is nothing but spaces.
    padding = " " if (shown[0] + shown[-1]).strip("` ") != shown[0] + shown[-1] and shown.strip() else ""
    span = f"{fence}{padding}{shown}{padding}{fence}"
    return span.replace("|", "\\|") if in_table else span


def fenced(text: str) -> str:
    """Return text as a block of code with a longer fence than it has anywhere."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"
