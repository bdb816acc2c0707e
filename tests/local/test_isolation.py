import os
import urllib.request

import pytest

from components.local.isolation import bypass_proxy, emulated_aws, remove_aws_variables
from components.local.resources.command import COMMAND
from components.local.resources.kind import Context
from tests.recording import ROOT


def test_every_aws_variable_is_removed_and_credentials_are_reported() -> None:
    environment = {"AWS_PROFILE": "production", "AWS_REGION": "eu-west-1", "HOME": "/home/someone"}
    assert remove_aws_variables(environment) is True
    assert environment == {
        "HOME": "/home/someone",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


@pytest.mark.parametrize("environment", [{}, {"AWS_REGION": "eu-west-1"}, {"AWS_ACCESS_KEY_ID": "test"}])
def test_a_shell_without_real_credentials_is_not_mentioned(environment: dict[str, str]) -> None:
    assert remove_aws_variables(environment) is False


def test_commands_see_the_emulator_and_no_account(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
    monkeypatch.setenv("DATABASE_PASSWORD", "secret")
    monkeypatch.setenv("SSH_AUTH_SOCK", "/run/agent")
    context = Context(root=ROOT, region="us-east-1", endpoint="http://127.0.0.1:1", report=lambda _: None)
    created = COMMAND.create(context, "show", {"create": "env", "environment": {"ADDED": "yes"}})
    environment = dict(line.split("=", 1) for line in created.outputs["stdout"].splitlines())
    assert environment.items() >= emulated_aws("http://127.0.0.1:1", "us-east-1").items()
    assert environment["ADDED"] == "yes"
    assert environment["SSH_AUTH_SOCK"] == "/run/agent", "a private dependency needs it"
    assert not {"AWS_SESSION_TOKEN", "DATABASE_PASSWORD"} & set(environment)


@pytest.mark.parametrize("known", [{}, {"no_proxy": "example.com"}, {"NO_PROXY": "example.com,127.0.0.1"}])
def test_this_machine_bypasses_the_proxy(known: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    environment = {"http_proxy": "http://127.0.0.1:1", **known}
    bypass_proxy(environment)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert urllib.request.proxy_bypass("127.0.0.1:4566")
    assert urllib.request.proxy_bypass("abc.execute-api.localhost:4566")
    assert bool(urllib.request.proxy_bypass("example.com")) is bool(known)


def test_a_shell_that_bypasses_the_proxy_is_unchanged() -> None:
    environment = {"NO_PROXY": "*"}
    bypass_proxy(environment)
    assert environment == {"NO_PROXY": "*"}
