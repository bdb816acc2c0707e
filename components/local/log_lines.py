"""Formats a function's log lines for people."""

import json
from collections.abc import Mapping
from typing import Any

FRAME = ("START ", "END ", "INIT_START ")
"""Prefixes of the lines that Lambda writes around an invocation."""
APART = ("timestamp", "level", "message", "target", "span", "spans")
"""Fields that are formatted separately or omitted."""


def readable(line: str) -> str | None:
    """Return a line without what only machines read: `INFO batch processed records=3`; None for a line of no use.

    Of Lambda's report the duration is left, and lines that are not JSON are left as they are.
    """
    if line.startswith(FRAME):
        return None
    if line.startswith("REPORT "):
        return next((part.strip() for part in line.split("\t") if part.startswith("Duration:")), line)
    try:
        entry = json.loads(line)
    except ValueError:
        return line
    return _entry(entry) if isinstance(entry, dict) and "message" in entry else line


def _entry(entry: Mapping[str, Any]) -> str:
    fields = [f"{name}={value}" for name, value in entry.items() if name not in APART]
    return " ".join([str(entry.get("level", "")), str(entry["message"]), *fields]).strip()
