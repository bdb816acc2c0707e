"""What a stack made is gone when it is removed: every service that it used is as empty as before."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from components.local.provisioner import Memory, Provisioner
from tests.emulator.conftest import Local
from tests.inventory import SERVICES, inventory


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Local]:
    """An emulator of this test's own."""
    local = Local(home=tmp_path)
    yield local
    local.run("down")


def test_removing_everything_leaves_the_emulator_as_empty_as_before(alone: Local) -> None:
    alone.run("emulator")
    context = alone.context
    before = inventory(context)
    ran = alone.run("local")
    assert ran.returncode == 0, ran.stderr
    made = {service for service, _ in inventory(context) - before}
    assert made == set(SERVICES)
    Provisioner(context, Memory(context)).remove_undeclared()
    assert inventory(context) == before
