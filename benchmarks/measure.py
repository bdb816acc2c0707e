"""Measures a subject in several languages.

They take turns, so that other load on the machine affects all of them equally.
"""

import contextlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.environment import Environment, Memory, Program, environment
from benchmarks.languages.language import Language
from benchmarks.quota import cpu_quota
from benchmarks.stack import Function
from benchmarks.subjects.subject import Subject

COLD_ROUNDS = 21
QUOTA_ROUNDS = 7
SETTLE_SECONDS = 0.1
"""Pause before a start, until the emulator is idle."""
WARM_BLOCKS = 10
WARM_UP = 2
"""Warm-up blocks that are not measured, for JavaScript's JIT."""


@dataclass(frozen=True, kw_only=True)
class Samples:
    """Samples of a language."""

    init_ns: list[int] = field(default_factory=list)
    init_cpu_ns: list[int] = field(default_factory=list)
    memory: list[Memory] = field(default_factory=list)
    """Memory after the first call."""
    quota_ns: list[int] = field(default_factory=list)
    """First calls with the CPU quota; empty if CPU time cannot be limited."""
    warm_ns: list[int] = field(default_factory=list)
    busy_ns: list[int] = field(default_factory=list)
    """Total time of each block of warm calls."""
    cpu_ns: list[int] = field(default_factory=list)
    """CPU time of the function in each block."""


def measure(
    subject: Subject,
    function: Function,
    languages: Sequence[Language],
    floor: Language,
    report: Callable[[str], None],
) -> Mapping[str, Samples]:
    """Compare the responses of the languages, then measure them and the lower limit.

    Raises:
        BenchError: a function fails, or a peer's response differs.
    """
    samples = {language.name: Samples() for language in (floor, *languages)}
    report(f"{subject.name}: comparing responses")
    subject.check(_responses(subject, function, languages))
    rounds = COLD_ROUNDS + QUOTA_ROUNDS
    events = {name: subject.first(name, rounds) for name in samples}
    for number in range(COLD_ROUNDS):
        report(f"{subject.name}: cold start {number + 1} of {COLD_ROUNDS}")
        for language in _in_turn((floor, *languages), number):
            _cold(language.program(function), events[language.name].pop(), samples[language.name])
    for number in range(QUOTA_ROUNDS):
        report(f"{subject.name}: first call with a quota {number + 1} of {QUOTA_ROUNDS}")
        for language in _in_turn(languages, number):
            _quota(language.program(function), events[language.name].pop(), samples[language.name])
    report(f"{subject.name}: warm calls")
    _warm(subject, function, (floor, *languages), samples)
    return samples


def _responses(subject: Subject, function: Function, languages: Sequence[Language]) -> dict[str, Any]:
    responses = {}
    for language in languages:
        with environment(language.program(function)) as running:
            responses[language.name] = json.loads(running.invoke(*subject.first(language.name, 1)).body)
    return responses


def _in_turn(languages: Sequence[Language], number: int) -> Sequence[Language]:
    """Rotate the order in each round, because the first language runs right after the preparation."""
    start = number % len(languages)
    return [*languages[start:], *languages[:start]]


def _cold(program: Program, event: bytes, samples: Samples) -> None:
    time.sleep(SETTLE_SECONDS)
    with environment(program) as running:
        samples.init_ns.append(running.init_ns)
        samples.init_cpu_ns.append(running.cpu_ns)
        running.invoke(event)
        samples.memory.append(running.memory())


def _quota(program: Program, event: bytes, samples: Samples) -> None:
    time.sleep(SETTLE_SECONDS)
    with cpu_quota() as limit:
        if limit is None:
            return
        with environment(program) as running:
            limit(running.pid)
            samples.quota_ns.append(running.invoke(event).nanoseconds)


def _warm(subject: Subject, function: Function, languages: Sequence[Language], samples: Mapping[str, Samples]) -> None:
    count = subject.warm_calls // WARM_BLOCKS
    with contextlib.ExitStack() as stack:
        environments = {
            language.name: stack.enter_context(environment(language.program(function))) for language in languages
        }
        for block in range(WARM_UP + WARM_BLOCKS):
            for name, running in environments.items():
                events = subject.warm(name, count)
                _block(running, events, samples[name] if block >= WARM_UP else Samples())


def _block(running: Environment, events: Sequence[bytes], samples: Samples) -> None:
    cpu_before = running.cpu_ns
    started = time.perf_counter_ns()
    samples.warm_ns.extend(running.invoke(event).nanoseconds for event in events)
    running.wait_until_idle()
    samples.busy_ns.append(time.perf_counter_ns() - started)
    samples.cpu_ns.append(running.cpu_ns - cpu_before)
