"""Deploys a program to the emulator of a folder."""

import importlib
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi

from .emulator import Emulator, EmulatorHome
from .errors import LocalError
from .home import Home
from .isolation import emulated_aws
from .program import program_file, run_program
from .provisioner import LocalMonitor, LocalState, Provisioner
from .resources.kind import Context
from .stack_config import STACK, StackConfig, local_stack_config


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """The result of a deployment."""

    outputs: dict[str, Any]
    changes: Sequence[str]
    """Each created, updated or deleted resource, such as `updated echo-function`."""


class LocalStack:
    """The stack `local` of a program."""

    def __init__(
        self,
        root: Path,
        home: Home,
        report: Callable[[str], None],
        configure: Callable[[StackConfig], StackConfig] = lambda config: config,
    ) -> None:
        """Use the emulator of `home`, and the stack's configuration as `configure` returns it. This starts nothing."""
        self._root = root
        self._home = home
        self._report = report
        self._configure = configure
        self._running: tuple[Emulator, Context, LocalState] | None = None

    @property
    def context(self) -> Context:
        """Clients for the resources, after the first deployment."""
        if self._running is None:
            raise LocalError("nothing is deployed yet")
        return self._running[1]

    def deploy(self) -> Deployment:
        """Run the program and apply its changes.

        Raises:
            LocalError: the program cannot be deployed.
            Exception: raised by the program.
        """
        config = self._configure(local_stack_config(self._root, STACK))
        folder = program_file(self._root, config).parent
        context, state = self._connect(config.region, folder)
        engine = Provisioner(context, state)
        # The program may call AWS itself.
        os.environ.update(emulated_aws(context.endpoint, context.region))
        _forget_program(folder)
        try:
            outputs = run_program(self._root, config.sent_to(context.endpoint), LocalMonitor(engine))
            engine.delete_undeclared()
        except pulumi.RunError as error:
            raise LocalError(str(error)) from None
        self._home.write_outputs(outputs)
        return Deployment(outputs=outputs, changes=engine.changes)

    def _connect(self, region: str, folder: Path) -> tuple[Context, LocalState]:
        """Start the emulator unless it runs, and return it with its state, which is read once for each emulator."""
        home = EmulatorHome(self._home.folder)
        emulator = home.start(region)
        if self._running is None or (self._running[0], self._running[1].root) != (emulator, folder):
            context = Context(root=folder, region=region, endpoint=emulator.url, report=self._report)
            self._running = emulator, context, LocalState(home.resources)
        return self._running[1:]


def _forget_program(root: Path) -> None:
    """Remove the program's modules from `sys.modules`, so that the next run imports the current files.

    This process may have imported a module of the same name from elsewhere. A folder without `__init__.py` does not
    replace a module of Python's library.
    """
    packages = {path.parent.name for path in root.glob("*/__init__.py")}
    names = packages | {path.stem for path in root.glob("*.py")} - {"__main__"}
    folder, environment = f"{root}{os.sep}", f"{sys.prefix}{os.sep}"
    for name, module in [*sys.modules.items()]:
        file = getattr(module, "__file__", None) or ""
        is_below = file.startswith(folder) and not file.startswith(environment) and name != "__main__"
        if (is_below or name.partition(".")[0] in names) and not name.startswith(__package__):
            del sys.modules[name]
    importlib.invalidate_caches()
