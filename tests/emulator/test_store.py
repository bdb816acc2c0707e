"""Every store passes the same tests with DynamoDB as in memory."""

import os
import subprocess

import pytest

from tests.emulator.conftest import Local
from tests.recording import ROOT
from tests.rust_programs import WORKSPACE


@pytest.mark.parametrize("test", ["api", "service"])
def test_stores_keep_their_promises_with_dynamodb(local: Local, test: str) -> None:
    """`analytics-api` has the test `api`, `currencies` and `analytics-trigger` have `service`."""
    ran = subprocess.run(
        ["cargo", "test", *WORKSPACE, "--test", test, "--", "--ignored"],
        cwd=ROOT / "rust",
        env={**os.environ, "DYNAMODB_TEST_ENDPOINT": local.context.endpoint},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert " 0 passed" not in ran.stdout
