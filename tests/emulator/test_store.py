import os
import subprocess

from tests.emulator.conftest import Local
from tests.recording import ROOT


def test_the_store_keeps_over_dynamodb_every_promise_that_it_keeps_in_memory(local: Local) -> None:
    ran = subprocess.run(
        ["cargo", "test", "--locked", "--quiet", "--package", "currencies", "--test", "dynamodb", "--", "--ignored"],
        cwd=ROOT / "rust",
        env={**os.environ, "CURRENCIES_TEST_ENDPOINT": local.context.endpoint},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert " 0 passed" not in ran.stdout
