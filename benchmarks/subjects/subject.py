"""A measured function."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.section import BenchError

Events = Callable[[str, int], list[bytes]]
"""Returns a number of new events for a language."""
Responses = Mapping[str, Any]
"""Responses by language."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A function with its events."""

    name: str
    function: str
    first: Events
    """Events for first calls of environments."""
    warm: Events
    """Events for warm calls."""
    warm_calls: int
    """Number of measured warm calls, in ten blocks."""
    check: Callable[[Responses], None]
    """Raises:
        BenchError: the responses to first events differ.
    """
    per_call: int = 1
    """Number of units per event, for throughput."""
    counted: str = "calls"
    """Name of the unit."""


def same_event(event: Mapping[str, Any]) -> Events:
    """Return a function that repeats an event."""
    encoded = json.dumps(event).encode()
    return lambda _, count: [encoded] * count


def sample(root: Path, function: str, name: str) -> dict[str, Any]:
    """Return a function's sample event."""
    path = root / "rust" / "functions" / function / "events" / name
    event: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return event


def all_equal(what: str, found: Mapping[str, object]) -> None:
    """Check that all languages have the same result.

    Raises:
        BenchError: with the result of each.
    """
    values = list(found.values())
    if any(value != values[0] for value in values):
        results = "\n".join(f"  {language}: {value}" for language, value in found.items())
        raise BenchError(f"{what} differs between languages:\n{results}")
