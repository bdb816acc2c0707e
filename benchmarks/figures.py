"""Computes a language's figures from its samples."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.languages.language import Package
from benchmarks.measure import Samples
from benchmarks.subjects.subject import Subject

NS_PER_MS = 1e6

DOLLARS_PER_MILLION_REQUESTS = 0.20
DOLLARS_PER_GB_SECOND = 0.0000133334
"""List prices of arm64 in us-east-1, without the free tier, for the first tier: https://aws.amazon.com/lambda/pricing/"""
MILLION = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Figures:
    """A language's row of a subject's table."""

    zip_mb: float
    """Size in megabytes of 1,000,000 bytes, without an SDK that the managed runtime includes."""
    sdk_mb: float
    init_ms: float
    init_ratio: float | None
    """Ratio to the bare C client; None if that took longer because another program ran."""
    init_cpu_ms: float
    """CPU time of the start; the rest is waiting and process creation."""
    resident_mib: float
    peak_mib: float
    first_call_ms: float | None
    """With 7% of a CPU; None if that cannot be limited."""
    warm_p50_ms: float
    warm_p90_ms: float
    warm_p99_ms: float
    per_second: float
    cpu_ms: float
    """CPU time of a warm call."""
    cpu_share: float
    """Share of the time of warm calls in which the function computes."""
    dollars: float
    """Price of a million requests."""


def figures(subject: Subject, memory_mib: int, package: Package, samples: Samples, floor: Samples) -> Figures:
    """Return the figures of samples, relative to the bare C client."""
    init_ns = median(samples.init_ns)
    init_ratio = init_ns / median(floor.init_ns)
    calls, busy_ns, cpu_ns = len(samples.warm_ns), sum(samples.busy_ns), sum(samples.cpu_ns)
    p50, p90, p99 = (percentile(samples.warm_ns, percent) / NS_PER_MS for percent in (50, 90, 99))
    return Figures(
        zip_mb=package.own_bytes / 1e6,
        sdk_mb=package.sdk_bytes / 1e6,
        init_ms=init_ns / NS_PER_MS,
        init_ratio=init_ratio if init_ratio >= 1 else None,
        init_cpu_ms=median(samples.init_cpu_ns) / NS_PER_MS,
        resident_mib=median(memory.resident_mib for memory in samples.memory),
        peak_mib=median(memory.peak_mib for memory in samples.memory),
        first_call_ms=median(samples.quota_ns) / NS_PER_MS if samples.quota_ns else None,
        warm_p50_ms=p50,
        warm_p90_ms=p90,
        warm_p99_ms=p99,
        per_second=calls * subject.per_call / (busy_ns / 1e9),
        cpu_ms=cpu_ns / calls / NS_PER_MS,
        cpu_share=cpu_ns / busy_ns,
        dollars=dollars_per_million(p50, memory_mib),
    )


def percentile(values: Sequence[float], percent: float) -> float:
    """Return a percentile by the nearest-rank method."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(len(ranked) * percent / 100) - 1)]


def dollars_per_million(milliseconds: float, memory_mib: int) -> float:
    """Return the price of a million warm requests of a function. Lambda rounds durations up to a millisecond."""
    gb_seconds = MILLION * math.ceil(milliseconds) / 1000 * memory_mib / 1024
    return DOLLARS_PER_MILLION_REQUESTS + gb_seconds * DOLLARS_PER_GB_SECOND
