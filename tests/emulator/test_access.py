"""The credentials of the build, checked with the emulator's STS."""

from pathlib import Path

import pulumi
import pytest

from components import aws_credentials
from components.build.access import AwsAccess
from components.build.plan import BuildError
from tests.emulator.conftest import Local

SHELL, PROFILE, STACK = "111111111111", "222222222222", "333333333333"
"""The emulator uses an access key of twelve digits as the account id."""


@pytest.fixture
def shell(local: Local, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell with keys of one account and a profile of another; the emulator stands in for AWS."""
    config = tmp_path / "config"
    config.write_text(f"[profile work]\naws_access_key_id = {PROFILE}\naws_secret_access_key = x\n")
    monkeypatch.setenv("AWS_ENDPOINT_URL", local.context.endpoint)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", SHELL)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")


pytestmark = pytest.mark.usefixtures("shell")


def test_the_shells_credentials_are_the_default() -> None:
    assert AwsAccess(region="us-east-1").caller_account() == SHELL


def test_a_profile_of_the_stack_outranks_keys_in_the_shell() -> None:
    assert AwsAccess(region="us-east-1", profile="work").caller_account() == PROFILE


def test_static_keys_of_the_stack_outrank_the_shell() -> None:
    assert AwsAccess(region="us-east-1", access_key=STACK, secret_key="x").caller_account() == STACK


def test_roles_are_assumed_one_after_the_other() -> None:
    roles = tuple(
        {"roleArn": f"arn:aws:iam::{STACK}:role/{name}", "externalId": "outsider"} for name in ("first", "second")
    )
    identity = AwsAccess(region="us-east-1", assume_roles=roles).client("sts").get_caller_identity()
    assert "assumed-role/second" in identity["Arn"]


def test_a_profile_that_does_not_exist_is_named() -> None:
    with pytest.raises(BuildError, match=r"The config profile \(nobody\) could not be found"):
        AwsAccess(region="us-east-1", profile="nobody").client("s3")


def test_different_accounts_stop_the_program() -> None:
    with pytest.raises(pulumi.RunError, match=f"the provider uses the account {STACK}, .* would use {SHELL}"):
        aws_credentials._checked(AwsAccess(region="us-east-1", account=STACK))
    assert aws_credentials._checked(AwsAccess(region="us-east-1", account=SHELL)).account == SHELL
