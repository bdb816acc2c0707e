"""Every store passes the same tests with DynamoDB as in memory."""

import os
import subprocess

import pytest

from tests.emulator.conftest import Local
from tests.recording import ROOT


@pytest.mark.parametrize(
    ("package", "test"),
    [
        ("currencies", "dynamodb"),
        ("analytics-api", "api"),
        ("analytics-trigger", "dynamodb"),
    ],
)
def test_stores_keep_their_promises_with_dynamodb(local: Local, package: str, test: str) -> None:
    ran = subprocess.run(
        ["cargo", "test", "--locked", "--quiet", "--package", package, "--test", test, "--", "--ignored"],
        cwd=ROOT / "rust",
        env={**os.environ, "DYNAMODB_TEST_ENDPOINT": local.context.endpoint},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert " 0 passed" not in ran.stdout
