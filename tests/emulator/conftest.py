"""One emulator per test session, with the program deployed, in its own home directory."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from components.local.commands import running_context
from components.local.resources.kind import Context
from tests.browser import chromium
from tests.recording import ROOT

BATCH = 25
"""Maximum number of writes in a `BatchWriteItem`."""


@dataclass(frozen=True, kw_only=True)
class Local:
    """The local environment, controlled by its commands."""

    home: Path

    def run(
        self, *arguments: str, root: Path = ROOT, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run `python -m operations` with the arguments and additional environment variables."""
        command = [sys.executable, "-m", "operations", "--root", str(root), "--home", str(self.home), *arguments]
        return subprocess.run(
            command, cwd=ROOT, env={**os.environ, **(environment or {})}, capture_output=True, text=True, check=False
        )

    @property
    def outputs(self) -> dict[str, Any]:
        """The content of `outputs.json`."""
        outputs: dict[str, Any] = json.loads((self.home / "outputs.json").read_text())
        return outputs

    @property
    def context(self) -> Context:
        """Access to the emulator's AWS services."""
        return running_context(ROOT, self.home, "make local")

    def write(self, table: str, requests: Sequence[dict[str, object]]) -> None:
        """Write to a table directly, as many items at a time as DynamoDB accepts; requests as in `BatchWriteItem`."""
        dynamodb, name = self.context.client("dynamodb"), self.outputs["tables"][table]
        for start in range(0, len(requests), BATCH):
            written = dynamodb.batch_write_item(RequestItems={name: requests[start : start + BATCH]})
            assert not written["UnprocessedItems"]


@dataclass(frozen=True, kw_only=True)
class Started:
    """The environment and what its first run printed."""

    local: Local
    first_run: subprocess.CompletedProcess[str]


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """Deploy the program once per session."""
    local = Local(home=tmp_path_factory.mktemp("home"))
    first_run = local.run("local")
    try:
        assert first_run.returncode == 0, first_run.stderr
        yield Started(local=local, first_run=first_run)
    finally:
        local.run("down")


@pytest.fixture(scope="session")
def local(request: pytest.FixtureRequest) -> Local:
    """The stack of this session, or with `--running` the one that `make local` has started in this checkout."""
    if not request.config.getoption("--running"):
        started: Started = request.getfixturevalue("started")
        return started.local
    running = Local(home=ROOT / ".local")
    assert running.context, "the emulator answers"
    return running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser
