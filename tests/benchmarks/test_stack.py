"""Tests of the measured stack."""

from benchmarks.stack import released
from components.local.stack_config import STACK, read_stack_config
from tests.recording import ROOT


def test_functions_are_measured_with_the_profile_of_cloud_stacks() -> None:
    local, cloud = (read_stack_config(ROOT, stack) for stack in (STACK, "prod"))
    key = f"{local.project}:buildProfile"
    assert local.values[key] != cloud.values[key] == released(local).values[key]
