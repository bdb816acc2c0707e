"""The program's resources on the emulator of a folder, brought to what the files say now."""

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
from .program import run_program
from .provisioner import LocalMonitor, Memory, Provisioner
from .resources.kind import Context
from .stack_config import StackConfig, local_stack_config

STACK = "local"


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """What a run of the program has led to."""

    outputs: dict[str, Any]
    changes: Sequence[str]
    """Each resource that was made, updated or removed, such as `updated echo-function`."""


class LocalStack:
    """The stack `local` of the program at a root."""

    def __init__(
        self,
        root: Path,
        home: Home,
        report: Callable[[str], None],
        configure: Callable[[StackConfig], StackConfig] = lambda config: config,
    ) -> None:
        """Use the emulator of `home`, and the stack file as `configure` changes it; nothing is started yet."""
        self._root = root
        self._home = home
        self._report = report
        self._configure = configure
        self._known: tuple[Emulator, Context, Memory] | None = None

    @property
    def context(self) -> Context:
        """Where the resources are, after a first deployment."""
        if self._known is None:
            raise LocalError("nothing runs here yet: run `make local`")
        return self._known[1]

    def deploy(self) -> Deployment:
        """Run the program as its files are now, and bring everything that it declares to that.

        Raises:
            LocalError: with what to do about it.
            Exception: whatever the program raises.
        """
        config = self._configure(local_stack_config(self._root, STACK))
        context, memory = self._place(config.region)
        engine = Provisioner(context, memory)
        # For what the program itself asks AWS, as it would with the provider's credentials.
        os.environ.update(emulated_aws(context.endpoint, context.region))
        _forget_program(self._root)
        try:
            outputs = run_program(self._root, config.sent_to(context.endpoint), LocalMonitor(engine))
            engine.remove_undeclared()
        except pulumi.RunError as error:
            raise LocalError(str(error)) from None
        self._home.write_outputs(outputs)
        return Deployment(outputs=outputs, changes=engine.changes)

    def _place(self, region: str) -> tuple[Context, Memory]:
        """Return the running emulator with what it remembers; read again only when it is another one."""
        emulator = EmulatorHome(self._home.folder).start(region)
        if self._known is None or self._known[0] != emulator:
            context = Context(root=self._root, region=region, endpoint=emulator.url, report=self._report)
            self._known = emulator, context, Memory(context)
        return self._known[1:]


def _forget_program(root: Path) -> None:
    """Have the program's modules read again by who imports them next; this package, which runs them, stays."""
    names = {entry.stem for entry in root.iterdir()} - {"__main__", "local"}
    for name in [name for name in sys.modules if name.split(".")[0] in names and not name.startswith(__package__)]:
        del sys.modules[name]
    importlib.invalidate_caches()
