"""The Pulumi CLI, called for one stack."""

import contextlib
import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console

from components.local.commands import start_emulator
from components.local.emulator import EmulatorHome
from components.local.home import Home
from components.local.stack import STACK
from operations.errors import OperationError

INSTALL_CLI = "install it (https://www.pulumi.com/docs/install/)"
FROM_STATE = {"PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER": "true"}
"""The state knows how a stack's secrets are encrypted, so a checkout does without it."""


@dataclass(frozen=True, kw_only=True)
class PulumiCli:
    """How each command on a stack is called."""

    stack: str
    root: Path
    """Folder of the program."""
    config_file: Path | None = None
    """Read instead of the stack's own file."""
    refreshes: bool = False
    """Whether an update first looks at what exists."""
    asks: bool = True
    """Whether a person has to say yes."""

    def create(self) -> None:
        """Make the stack, without resources, where there is none; where that fails, what comes next says why."""
        self._call("stack", "select", self.stack, "--create", stdout=subprocess.DEVNULL)

    def run(self, verb: str, options: Sequence[str]) -> int:
        """Run `up`, `preview` or `destroy`, and return the exit status."""
        config = ["--config-file", str(self.config_file)] if self.config_file else []
        refresh = ["--refresh"] if self.refreshes and verb == "up" else []
        answers = [] if self.asks or verb == "preview" else ["--yes"]
        return self._call(verb, "--stack", self.stack, *config, *refresh, *answers, *options).returncode

    def outputs(self) -> dict[str, Any]:
        """Return the stack's outputs.

        Raises:
            OperationError: the CLI knows no such stack.
        """
        outputs: dict[str, Any] = self._read("stack", "output", "--stack", self.stack, "--json")
        return outputs

    def config(self) -> dict[str, str]:
        """Return the values of the stack's configuration that are not secret, by their full keys."""
        file = ["--config-file", str(self.config_file)] if self.config_file else []
        config = self._read("config", "--stack", self.stack, "--json", *file)
        return {key: entry["value"] for key, entry in config.items() if "value" in entry}

    def _read(self, *command: str) -> Any:
        done = self._call(*command, "--non-interactive", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode != 0:
            raise OperationError(f"`pulumi {' '.join(command)}` failed: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def _call(
        self, *command: str, stdout: int | None = None, stderr: int | None = None
    ) -> subprocess.CompletedProcess[str]:
        with _kept(self.root / f"Pulumi.{self.stack}.yaml"):
            try:
                return subprocess.run(
                    ["pulumi", *command],
                    cwd=self.root,
                    env={**self._defaults(), **os.environ, **FROM_STATE},
                    stdout=stdout,
                    stderr=stderr,
                    text=True,
                    check=False,
                )
            except FileNotFoundError:
                raise OperationError(
                    f"the Pulumi CLI is not on the PATH: {INSTALL_CLI}, or use STACK={STACK}"
                ) from None

    def _defaults(self) -> dict[str, str]:
        # Nothing on the emulator is secret, so nobody needs a passphrase for it.
        return {"PULUMI_CONFIG_PASSPHRASE": ""} if self.stack == STACK else {}


def pulumi_cli(stack: str, root: Path, home: Home, *, starts: bool = False) -> PulumiCli:
    """Return the CLI for a stack: that of the emulator gets a copy of its file with the emulator's address.

    An emulator that was started just now has nothing of what the state tells, so an update has to look first.

    Raises:
        LocalError: the emulator does not start.
    """
    if stack != STACK:
        return PulumiCli(stack=stack, root=root)
    if not starts and EmulatorHome(home.folder).running() is None:
        return PulumiCli(stack=stack, root=root, asks=False)
    started = start_emulator(root, home)
    if started.is_new:
        Console(stderr=True, soft_wrap=True).print(
            f"Started the emulator on {started.emulator.url}. Stop it: make local-down"
        )
    return PulumiCli(stack=stack, root=root, config_file=started.stack_file, refreshes=started.is_new, asks=False)


@contextlib.contextmanager
def _kept(stack_file: Path) -> Iterator[None]:
    """Take back what the CLI notes in a tracked file about the encryption of secrets, when the file has none."""
    before = stack_file.read_bytes() if stack_file.exists() else None
    try:
        yield
    finally:
        if before is not None and b"secure:" not in before and _is_noted(before, stack_file):
            stack_file.write_bytes(before)


def _is_noted(before: bytes, stack_file: Path) -> bool:
    after = stack_file.read_bytes() if stack_file.exists() else before
    noted = {"encryptionsalt", "encryptedkey", "secretsprovider"}
    was, now = (yaml.safe_load(text) or {} for text in (before, after))
    return was != now and was == {key: value for key, value in now.items() if key not in noted - was.keys()}
