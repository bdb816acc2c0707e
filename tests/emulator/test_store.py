"""The stores of the handlers over DynamoDB keep every promise that they keep in memory."""

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
def test_the_store_keeps_over_dynamodb_every_promise_that_it_keeps_in_memory(
    local: Local, package: str, test: str
) -> None:
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
