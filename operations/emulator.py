"""Starts the emulator for the Pulumi CLI."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from components.local.emulator import Emulator, EmulatorHome
from components.local.home import Home
from components.local.stack_config import STACK, local_stack_config, redirected


@dataclass(frozen=True, kw_only=True)
class StartedEmulator:
    """The emulator of a home, and the stack file for the Pulumi CLI."""

    emulator: Emulator
    stack_file: Path
    """The stack's file with the emulator's address, for `--config-file`."""
    is_new: bool
    """Whether it was just started, and so is empty."""


def start_emulator(root: Path, home: Home) -> StartedEmulator:
    """Start the emulator of a home for the program at `root`, unless it runs.

    Raises:
        LocalError: it does not respond.
    """
    emulators = EmulatorHome(home.folder)
    is_new = emulators.running() is None
    if is_new:
        home.outputs_file.unlink(missing_ok=True)
    emulator = emulators.start(local_stack_config(root, STACK).region)
    stack_file = _write_stack_file(emulator.url, root, home.folder)
    return StartedEmulator(emulator=emulator, stack_file=stack_file, is_new=is_new)


def _write_stack_file(url: str, root: Path, folder: Path) -> Path:
    """Write a copy of the local stack's file with `url` as the endpoint of every service.

    The CLI writes its secrets provider to the file, so it must not be the file in git.
    """
    name = f"Pulumi.{STACK}.yaml"
    content = yaml.safe_load((root / name).read_text(encoding="utf-8"))
    content["config"]["aws:endpoints"] = redirected(content["config"]["aws:endpoints"], url)
    file = folder / name
    file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return file
