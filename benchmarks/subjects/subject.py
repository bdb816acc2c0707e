"""A function with the events that it gets."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.section import BenchError

Events = Callable[[str, int], list[bytes]]
"""So many fresh events for a language, by its name."""
Answers = Mapping[str, Any]
"""What each language has answered to its event, by its name."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is measured."""

    name: str
    function: str
    first: Events
    """Events for the first call of an environment."""
    warm: Events
    """Events for those after it."""
    warm_calls: int
    """How many of those are measured, in blocks of a tenth."""
    check: Callable[[Answers], None]
    """Raises:
        BenchError: the languages do not answer the same to their first events.
    """
    per_call: int = 1
    """What throughput counts, in one event."""
    counted: str = "calls"
    """What that is."""


def same_event(event: Mapping[str, Any]) -> Events:
    """Return events that are all the same."""
    encoded = json.dumps(event).encode()
    return lambda _, count: [encoded] * count


def sample(root: Path, function: str, name: str) -> dict[str, Any]:
    """Return a function's sample event."""
    path = root / "rust" / "functions" / function / "events" / name
    event: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return event


def all_equal(what: str, found: Mapping[str, object]) -> None:
    """Check that every language has come to the same.

    Raises:
        BenchError: with what each has come to.
    """
    values = list(found.values())
    if any(value != values[0] for value in values):
        told = "\n".join(f"  {language}: {value}" for language, value in found.items())
        raise BenchError(f"{what} differs, so there is nothing to compare:\n{told}")
