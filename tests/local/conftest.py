"""An emulator, and the local engine that runs programs against it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from components.local.emulator import EmulatorHome
from components.local.program import run_declarations
from components.local.provisioner import LocalMonitor, LocalState, Provisioner
from components.local.resources.kind import Context
from tests.recording import NO_CONFIG, ROOT

REGION = "eu-west-1"


@dataclass(frozen=True, kw_only=True)
class Run:
    """Result of a run of a program."""

    outputs: dict[str, Any]
    changes: list[str]


@dataclass(frozen=True, kw_only=True)
class Engine:
    """The local engine, which runs programs against one emulator."""

    context: Context
    state: Path

    def run(self, declare: Callable[[], None]) -> Run:
        """Run a program on the emulator."""
        provisioner = Provisioner(self.context, LocalState(self.state))
        outputs = run_declarations(declare, NO_CONFIG, LocalMonitor(provisioner))
        provisioner.delete_undeclared()
        return Run(outputs=outputs, changes=provisioner.changes)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatorHome]:
    home = EmulatorHome(tmp_path_factory.mktemp("home"))
    home.start(REGION)
    yield home
    home.stop()


@pytest.fixture(scope="module")
def emulator(home: EmulatorHome) -> Context:
    return Context(root=ROOT, region=REGION, endpoint=home.start(REGION).url, report=lambda _: None)


@pytest.fixture
def engine(emulator: Context, home: EmulatorHome) -> Iterator[Engine]:
    engine = Engine(context=emulator, state=home.resources)
    yield engine
    engine.run(nothing)


def nothing() -> None:
    return None
