import os

import pytest

from local.isolation import drop_aws, emulated_aws
from local.resources.command import COMMAND
from local.resources.kind import Context
from tests.recording import ROOT


def test_every_aws_variable_goes_and_credentials_are_noticed() -> None:
    environment = {"AWS_PROFILE": "production", "AWS_REGION": "eu-west-1", "HOME": "/home/someone"}
    assert drop_aws(environment) is True
    assert environment == {
        "HOME": "/home/someone",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


@pytest.mark.parametrize("environment", [{}, {"AWS_REGION": "eu-west-1"}, {"AWS_ACCESS_KEY_ID": "test"}])
def test_a_shell_without_real_credentials_is_not_mentioned(environment: dict[str, str]) -> None:
    assert drop_aws(environment) is False


def test_a_command_of_the_program_sees_the_emulator_and_nothing_of_an_account(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
    monkeypatch.setenv("DATABASE_PASSWORD", "secret")
    context = Context(root=ROOT, region="us-east-1", endpoint="http://127.0.0.1:1", report=lambda _: None)
    made = COMMAND.create(context, "show", {"create": "env", "environment": {"ADDED": "yes"}})
    seen = dict(line.split("=", 1) for line in made.outputs["stdout"].splitlines())
    assert seen.items() >= emulated_aws("http://127.0.0.1:1", "us-east-1").items()
    assert seen["ADDED"] == "yes"
    assert not {"AWS_SESSION_TOKEN", "DATABASE_PASSWORD"} & set(seen)
