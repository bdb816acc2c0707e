"""Tests of the measured stack."""

from pathlib import Path

from benchmarks.stack import released
from components.local.stack_config import STACK, read_stack_config

ROOT = Path(__file__).parents[2]


def test_functions_are_measured_as_cloud_stacks_have_them() -> None:
    local, cloud = (read_stack_config(ROOT, stack) for stack in (STACK, "prod"))
    key = f"{local.project}:buildProfile"
    assert local.values[key] != cloud.values[key] == released(local).values[key]
