"""Removing a stack removes all its resources."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from components.local.emulator import EmulatorHome
from components.local.provisioner import LocalState, Provisioner
from tests.emulator.conftest import Local
from tests.inventory import SERVICES, inventory


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Local]:
    """An emulator for one test."""
    local = Local(home=tmp_path)
    yield local
    local.run("down")


def test_removing_the_stack_empties_the_emulator(alone: Local) -> None:
    alone.run("emulator")
    context = alone.context
    before = inventory(context)
    ran = alone.run("local")
    assert ran.returncode == 0, ran.stderr
    made = {service for service, _ in inventory(context) - before}
    assert made == set(SERVICES)
    Provisioner(context, LocalState(EmulatorHome(alone.home).resources)).delete_undeclared()
    assert inventory(context) == before
