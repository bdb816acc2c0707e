"""The tests of the Rust workspace."""

import os
import subprocess
from pathlib import Path

import pytest

from components.local.emulator import EmulatorHome
from tests.recording import ROOT
from tests.rust_programs import WORKSPACE


@pytest.mark.first
def test_the_rust_workspace_passes_its_tests(tmp_path: Path) -> None:
    """Includes the ignored tests: those of stores with DynamoDB."""
    home = EmulatorHome(tmp_path)
    endpoint = home.start("eu-central-1").url
    try:
        ran = subprocess.run(
            ["cargo", "test", *WORKSPACE, "--no-fail-fast", "--", "--include-ignored"],
            cwd=ROOT / "rust",
            env={**os.environ, "DYNAMODB_TEST_ENDPOINT": endpoint},
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        home.stop()
    assert ran.returncode == 0, ran.stdout + ran.stderr
