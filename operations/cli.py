"""Calls the Pulumi CLI for one stack."""

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

from components.local.home import Home
from components.local.stack_config import STACK
from operations.emulator import start_emulator

INSTALL_CLI = "install it (https://www.pulumi.com/docs/install/)"
FROM_STATE = {"PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER": "true"}
"""The state records how a stack's secrets are encrypted, so the stack file does not have to."""
UNKNOWN_STACK = "no stack named"
"""Start of the CLI's message if a stack does not exist."""


class OperationError(Exception):
    """A command cannot run; the message says why, and what to do."""


@dataclass(frozen=True, kw_only=True)
class PulumiCli:
    """The Pulumi CLI, with its options for a stack."""

    stack: str
    root: Path
    """Folder of the program."""
    config_file: Path | None = None
    """Read instead of the stack's own file."""
    refreshes: bool = False
    """Whether an update refreshes the state first."""
    asks: bool = True
    """Whether the CLI asks for confirmation."""

    def create(self) -> None:
        """Create the stack, without resources, unless it exists. If this fails, the next command reports why."""
        self._call("stack", "select", self.stack, "--create", stdout=subprocess.DEVNULL)

    def check_exists(self) -> None:
        """Check that the stack exists. The next command reports any other problem.

        Raises:
            OperationError: the stack does not exist.
        """
        self._read_text("stack", "output", "--stack", self.stack, "--json")

    def run(self, verb: str, options: Sequence[str]) -> int:
        """Run `up`, `preview` or `destroy`, and return the exit status."""
        config = ["--config-file", str(self.config_file)] if self.config_file else []
        refresh = ["--refresh"] if self.refreshes and verb == "up" else []
        confirmation = [] if self.asks or verb == "preview" else ["--yes"]
        return self._call(verb, "--stack", self.stack, *config, *refresh, *confirmation, *options).returncode

    def outputs(self) -> dict[str, Any]:
        """Return the stack's outputs.

        Raises:
            OperationError: the stack does not exist, or the CLI cannot read it.
        """
        outputs: dict[str, Any] = self._read("stack", "output", "--stack", self.stack, "--json")
        return outputs

    def config(self) -> dict[str, str]:
        """Return the stack's configuration without secret values, by full key."""
        file = ["--config-file", str(self.config_file)] if self.config_file else []
        config = self._read("config", "--stack", self.stack, "--json", *file)
        return {key: entry["value"] for key, entry in config.items() if "value" in entry}

    def _read(self, *command: str) -> Any:
        done = self._read_text(*command)
        if done.returncode != 0:
            raise OperationError(f"`pulumi {' '.join(command)}` failed: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def _read_text(self, *command: str) -> subprocess.CompletedProcess[str]:
        done = self._call(*command, "--non-interactive", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode != 0 and UNKNOWN_STACK in done.stderr:
            raise OperationError(
                f"the stack {self.stack} does not exist: `make up STACK={self.stack}` creates it, and shows what it "
                "would create before it asks for confirmation"
            )
        return done

    def _call(
        self, *command: str, stdout: int | None = None, stderr: int | None = None
    ) -> subprocess.CompletedProcess[str]:
        with _restored(self.root / f"Pulumi.{self.stack}.yaml"):
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
                    f"the Pulumi CLI is not on the PATH: {INSTALL_CLI}. `make local` runs the program without it"
                ) from None

    def _defaults(self) -> dict[str, str]:
        # Nothing on the emulator is secret, so its stack needs no passphrase.
        return {"PULUMI_CONFIG_PASSPHRASE": ""} if self.stack == STACK else {}


def pulumi_cli(stack: str, root: Path, home: Home) -> PulumiCli:
    """Return the CLI for a stack. For the local stack, start the emulator unless it runs.

    The local stack uses a copy of its stack file with the emulator's address. A new emulator has none of the resources
    in the state, so the first update refreshes the state.

    Raises:
        LocalError: the emulator does not start.
    """
    if stack != STACK:
        return PulumiCli(stack=stack, root=root)
    started = start_emulator(root, home)
    if started.is_new:
        Console(stderr=True, soft_wrap=True).print(
            f"Started the emulator on {started.emulator.url}. Stop it: make down"
        )
    return PulumiCli(stack=stack, root=root, config_file=started.stack_file, refreshes=started.is_new, asks=False)


@contextlib.contextmanager
def _restored(stack_file: Path) -> Iterator[None]:
    """Restore a stack file without secrets if the CLI adds its secrets provider to it: the file is in git."""
    before = stack_file.read_bytes() if stack_file.exists() else None
    try:
        yield
    finally:
        if before is not None and b"secure:" not in before and _has_new_provider(before, stack_file):
            stack_file.write_bytes(before)


def _has_new_provider(before: bytes, stack_file: Path) -> bool:
    after = stack_file.read_bytes() if stack_file.exists() else before
    provider = {"encryptionsalt", "encryptedkey", "secretsprovider"}
    old, new = (yaml.safe_load(text) or {} for text in (before, after))
    return old != new and old == {key: value for key, value in new.items() if key not in provider - old.keys()}
