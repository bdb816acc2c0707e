"""Verdicts on targets."""

import dataclasses

import pytest

from benchmarks.targets import TARGETS, Target, judge

TARGET = Target(subject="echo", metric="zip, MB", at_most=0.6)


@pytest.mark.parametrize("measured", [0.1, 0.6])
def test_a_value_at_the_limit_passes(measured: float) -> None:
    assert judge(TARGET, measured).outcome == "pass"


def test_a_missed_target_has_the_difference() -> None:
    assert judge(TARGET, 0.85).outcome == "over by 0.25"


def test_a_target_without_a_measurement_does_not_pass() -> None:
    assert judge(dataclasses.replace(TARGET, needs="needs a scale"), None).outcome == "not measured: needs a scale"


def test_every_function_has_a_target_for_each_figure() -> None:
    of_glitch = {target.metric for target, _ in TARGETS if target.subject.startswith("glitch")}
    for function in ("echo", "analytics-api", "analytics-trigger", "currencies"):
        assert {target.metric for target, _ in TARGETS if target.subject == function} == of_glitch
