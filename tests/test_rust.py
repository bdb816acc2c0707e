"""The tests of the Rust workspace, in memory and with DynamoDB."""

import os
import subprocess

import pytest

from components.local.resources.kind import Context
from tests.local.conftest import emulator, home
from tests.recording import ROOT
from tests.rust_programs import WORKSPACE

__all__ = ["emulator", "home"]


def cargo_test(*options: str, **environment: str) -> str:
    """Run tests of the workspace, and return what they print."""
    command = ["cargo", "test", *WORKSPACE, *options]
    variables = {**os.environ, **environment}
    ran = subprocess.run(command, cwd=ROOT / "rust", env=variables, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_the_rust_workspace_passes_its_tests() -> None:
    cargo_test("--no-fail-fast")


@pytest.mark.parametrize("test", ["api", "service"])
def test_stores_keep_their_promises_with_dynamodb(emulator: Context, test: str) -> None:
    """`analytics-api` has the test `api`, `currencies` and `analytics-trigger` have `service`."""
    printed = cargo_test("--test", test, "--", "--ignored", DYNAMODB_TEST_ENDPOINT=emulator.endpoint)
    assert " 0 passed" not in printed
