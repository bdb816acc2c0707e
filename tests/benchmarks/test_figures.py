"""Tests of figures."""

import pytest

from benchmarks.environment import Memory
from benchmarks.figures import dollars_per_million, figures, percentile
from benchmarks.languages.language import Package
from benchmarks.measure import Samples
from benchmarks.subjects.subject import Subject

SUBJECT = Subject(
    name="echo",
    function="echo",
    first=lambda _, __: [],
    warm=lambda _, __: [],
    warm_calls=4,
    check=lambda _: None,
    per_call=100,
)
FLOOR = Samples(init_ns=[1_000_000])
SAMPLES = Samples(
    init_ns=[9_000_000, 3_000_000, 2_000_000],
    init_cpu_ns=[2_000_000],
    memory=[Memory(resident_mib=3.5, peak_mib=4)],
    quota_ns=[5_000_000],
    warm_ns=[1_000_000, 1_000_000, 1_000_000, 9_000_000],
    busy_ns=[2_000_000, 14_000_000],
    cpu_ns=[1_000_000, 3_000_000],
)


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [5, 1, 4, 2, 3]
    assert [percentile(values, percent) for percent in (0, 20, 50, 90, 100)] == [1, 1, 3, 5, 5]
    assert percentile([7], 99) == 7


def test_one_slow_start_does_not_change_the_figure() -> None:
    found = figures(SUBJECT, 128, Package(own_bytes=0), SAMPLES, FLOOR)
    assert (found.init_ms, found.init_ratio) == (3, 3)


def test_a_start_faster_than_an_empty_client_is_refused() -> None:
    slow_floor = Samples(init_ns=[4_000_000])
    assert figures(SUBJECT, 128, Package(own_bytes=0), SAMPLES, slow_floor).init_ratio is None


def test_throughput_and_cpu_share_cover_the_whole_block() -> None:
    found = figures(SUBJECT, 128, Package(own_bytes=0), SAMPLES, FLOOR)
    assert found.per_second == pytest.approx(4 * 100 / 0.016)
    assert found.cpu_share == pytest.approx(0.25)
    assert found.cpu_ms == pytest.approx(1)


def test_sizes_are_in_millions_of_bytes() -> None:
    found = figures(SUBJECT, 128, Package(own_bytes=530_000, sdk_bytes=16_800_000), SAMPLES, FLOOR)
    assert (found.zip_mb, found.sdk_mb) == (0.53, 16.8)


def test_measurements_that_need_a_quota_are_omitted_without_one() -> None:
    without = Samples(**{**vars(SAMPLES), "quota_ns": []})
    assert figures(SUBJECT, 128, Package(own_bytes=0), without, FLOOR).first_call_ms is None


def test_a_started_millisecond_is_billed() -> None:
    # AWS's own example: 128 MB and 120 ms, three million times, https://aws.amazon.com/lambda/pricing/
    assert dollars_per_million(120, 128) * 3 == pytest.approx(0.6 + 45_000 * 0.0000133334)
    assert dollars_per_million(0.2, 128) == dollars_per_million(1, 128) < dollars_per_million(1.01, 128)
