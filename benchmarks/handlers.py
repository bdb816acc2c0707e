"""Compares the functions with the same ones in Python and JavaScript, on an implementation of Lambda's Runtime API."""

import gzip
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks import tables
from benchmarks.figures import Figures, figures
from benchmarks.languages.c import c
from benchmarks.languages.javascript import javascript
from benchmarks.languages.language import Language, UnavailableError
from benchmarks.languages.python import python
from benchmarks.languages.rust import NAME as RUST
from benchmarks.languages.rust import rust
from benchmarks.measure import measure
from benchmarks.plot import plot
from benchmarks.section import Section
from benchmarks.stack import Stack, running_stack
from benchmarks.subjects.analytics_api import analytics_api
from benchmarks.subjects.currencies import currencies
from benchmarks.subjects.echo import echo
from benchmarks.subjects.glitch import glitch
from benchmarks.subjects.subject import Subject
from benchmarks.subjects.trigger import trigger
from benchmarks.targets import verdicts


def run(root: Path, home: Path, report: Callable[[str], None]) -> Section:
    """Measure every function in every available language.

    Raises:
        BenchError: a function fails, or a peer's response differs.
        LocalError: the program cannot be deployed.
    """
    with running_stack(root, home, report) as stack:
        languages, missing = _languages(stack, home, report)
        floor = c(stack, home)
        subjects = _subjects(stack, report)
        tracker_size = tracker_size_of(stack.api_url)
        found = {subject.name: _measure(stack, subject, languages, floor, report) for subject in subjects}
    judged = verdicts({name: rows[RUST] for name, rows in found.items()})
    return Section(
        title="Functions",
        tables=[tables.targets(judged), *(tables.subject(one.name, one.counted, found[one.name]) for one in subjects)],
        notes=[*tables.NOTES, tracker_size],
        missing=missing,
        summary=tables.summary(found),
        plot=plot(found),
    )


def _subjects(stack: Stack, report: Callable[[str], None]) -> list[Subject]:
    report("preparing events")
    return [
        echo(stack),
        glitch(stack, "glitch, 100 kB", 100_000, calls=400),
        glitch(stack, "glitch, 4.4 MB", 4_400_000, calls=40),
        analytics_api(stack),
        trigger(stack),
        currencies(stack),
    ]


def _languages(stack: Stack, home: Path, report: Callable[[str], None]) -> tuple[list[Language], list[str]]:
    """Return the available languages, and what is missing for the others."""
    languages, missing = [rust(stack, home)], []
    for make in (python, javascript):
        try:
            languages.append(make(stack, home, report))
        except UnavailableError as error:
            missing.append(f"{make.__name__}: {error}")
    return languages, missing


def _measure(
    stack: Stack, subject: Subject, languages: Sequence[Language], floor: Language, report: Callable[[str], None]
) -> dict[str, Figures]:
    function = stack.functions[subject.function]
    samples = measure(subject, function, languages, floor, report)
    return {
        language.name: figures(
            subject,
            function.memory_mib,
            language.package(function),
            samples[language.name],
            samples[floor.name],
        )
        for language in (floor, *languages)
    }


def tracker_size_of(api_url: str) -> str:
    """Return the size of the tracker as the API serves it, as a sentence."""
    with urllib.request.urlopen(f"{api_url}/analytics/a.js", timeout=60) as response:
        script = response.read()
    return f"**tracker**: {len(script):,} bytes, {len(gzip.compress(script)):,} compressed."
