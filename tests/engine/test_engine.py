"""The program under Pulumi's own engine, on the emulator, with the commands of the README.

Needs only the Pulumi CLI on the PATH: no account, no login. Run it with `make test TESTS=tests/engine`.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from components.local.commands import running_context
from components.local.emulator import EmulatorHome
from components.local.resources.kind import Context
from pipeline.preview import read_preview
from pipeline.samples import sample_requests
from pipeline.smoke import smoke
from tests.inventory import inventory
from tests.recording import ROOT

DESCRIBED_DIFFERENTLY = {
    "aws:cloudwatch/metricAlarm:MetricAlarm": "DescribeAlarms omits most of the input of PutMetricAlarm",
    "aws:apigatewayv2/authorizer:Authorizer": "a JWT authorizer has the payload version of a REQUEST authorizer",
}
"""Resource types that the emulator, unlike AWS, describes differently from their input."""


@dataclass(frozen=True, kw_only=True)
class Engine:
    """A separate checkout with its own emulator and state."""

    root: Path

    @property
    def home(self) -> Path:
        return self.root / ".local"

    @property
    def context(self) -> Context:
        return running_context(self.root, self.home, "make up")

    @property
    def outputs(self) -> dict[str, Any]:
        outputs: dict[str, Any] = json.loads((self.root / ".outputs" / "local.json").read_text())
        return outputs

    def verb(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a verb of `make` on the stack `local`."""
        return self.run(sys.executable, "-m", "operations", "--stack", "local", *words)

    def changed(self, *options: str) -> dict[str, list[str]]:
        """Return the resource types that an update would change, by operation."""
        done = self.run("pulumi", "preview", *self.of_the_stack, "--json", *options)
        assert done.returncode == 0, done.stdout + done.stderr
        file = self.root / "preview.json"
        file.write_text(done.stdout)
        changed: dict[str, list[str]] = {}
        for step in read_preview(file).changes:
            changed.setdefault(step.operation, []).append(step.type)
        return {operation: sorted(types) for operation, types in changed.items()}

    @property
    def of_the_stack(self) -> list[str]:
        return ["--stack", "local", "--config-file", str(self.home / "Pulumi.local.yaml")]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the checkout."""
        state = self.root / "state"
        state.mkdir(exist_ok=True)
        environment = {
            **os.environ,
            "PULUMI_BACKEND_URL": state.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER": "true",
            "CARGO_TARGET_DIR": str(ROOT / "rust" / "target"),
        }
        return subprocess.run(
            command,
            cwd=self.root,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The deployed program."""
    root = tmp_path_factory.mktemp("checkout")
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, tracked.split("\0")):
        if (ROOT / name).exists():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, root / name)
    (root / ".venv").symlink_to(ROOT / ".venv")
    engine = Engine(root=root)
    try:
        up = engine.verb("up")
        assert up.returncode == 0, up.stdout + up.stderr
        yield engine
    finally:
        EmulatorHome(engine.home).stop()


def test_every_route_answers_at_the_url_that_up_prints(engine: Engine) -> None:
    assert smoke(engine.outputs["apiUrl"], sample_requests(engine.root, engine.outputs)) == []


def test_commands_find_the_engines_resources(engine: Engine) -> None:
    printed = engine.verb("outputs")
    assert f" {engine.outputs['apiUrl']}\n" in printed.stdout, printed.stderr


def test_a_second_update_changes_nothing(engine: Engine) -> None:
    assert engine.changed() == {}


def test_a_refresh_finds_only_emulator_differences(engine: Engine) -> None:
    changed = engine.changed("--refresh")
    assert {typ for types in changed.values() for typ in types} <= DESCRIBED_DIFFERENTLY.keys()


def test_an_edit_changes_the_build_and_one_function(engine: Engine) -> None:
    with (engine.root / "rust/functions/echo/src/main.rs").open("a") as source:
        source.write("\n// Edited.\n")
    assert engine.changed() == {"update": ["aws:lambda/function:Function", "command:local:Command"]}
    up = engine.verb("up")
    assert up.returncode == 0, up.stdout + up.stderr
    assert engine.changed() == {}


def test_the_policy_pack_reports_nothing(engine: Engine) -> None:
    preview = engine.verb("preview", "--", "--policy-pack", "policies")
    assert preview.returncode == 0, preview.stdout + preview.stderr
    assert "rust-serverless|local|policies" in preview.stdout
    assert "advisory" not in preview.stdout


def test_invalid_settings_are_reported_together(engine: Engine) -> None:
    file = engine.root / "Pulumi.local.yaml"
    before = file.read_text()
    try:
        file.write_text(before.replace('logRetentionDays: "1"', "logRetentionDays: a\n  rust-serverless:tracing: b"))
        refused = engine.verb("preview")
    finally:
        file.write_text(before)
    assert refused.returncode != 0
    assert "rust-serverless:logRetentionDays is 'a', it must be one of 1, 3, 5" in refused.stdout + refused.stderr
    assert "rust-serverless:tracing is 'b', it must be true or false" in refused.stdout + refused.stderr


def test_protection_decides_whether_data_is_destroyed(engine: Engine) -> None:
    protect(engine, "true")
    before = inventory(engine.context)
    for options in ((), ("--skip-preview",)):
        refused = engine.run("pulumi", "destroy", *engine.of_the_stack, "--yes", *options)
        assert refused.returncode != 0
        assert "set-deletionProtection-to-false-first" in refused.stdout + refused.stderr
        assert inventory(engine.context) == before
    protect(engine, "false")
    destroyed = engine.verb("destroy")
    assert destroyed.returncode == 0, destroyed.stdout + destroyed.stderr
    assert inventory(engine.context) == set()


def protect(engine: Engine, value: str) -> None:
    file = engine.root / "Pulumi.local.yaml"
    file.write_text(re.sub(r'(deletionProtection): "\w+"', rf'\1: "{value}"', file.read_text()))
    up = engine.verb("up")
    assert up.returncode == 0, up.stdout + up.stderr
