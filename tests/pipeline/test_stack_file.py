from typing import Any

import yaml

from bootstrap.policies import PREFIX
from bootstrap.roles import PULL_REQUESTS
from pipeline.stack_file import pull_request_stack_file
from tests.recording import ROOT, record_program

DEV = """\
secretsprovider: awskms://alias/rust-serverless-state?region=eu-west-1&context_stack=dev
encryptedkey: AQ==
config:
  aws:region: eu-west-1
  aws:defaultTags:
    tags:
      project: rust-serverless
      stack: dev
  rust-serverless:logRetentionDays: "7"
  rust-serverless:artifactBucket: shared
  rust-serverless:domainName: api.example.com
  rust-serverless:deletionProtection: "true"
"""


def made(dev: str = DEV) -> dict[str, dict[str, Any]]:
    content: dict[str, dict[str, Any]] = yaml.safe_load(pull_request_stack_file(dev, "pr-12", "210987654321"))
    return content


def test_it_keeps_the_settings_of_dev() -> None:
    assert made()["config"]["aws:region"] == "eu-west-1"
    assert made()["config"]["rust-serverless:logRetentionDays"] == "7"


def test_it_shares_neither_the_bucket_that_others_take_their_code_from_nor_their_name() -> None:
    assert not {"rust-serverless:artifactBucket", "rust-serverless:domainName"} & made()["config"].keys()


def test_its_resources_are_tagged_as_its_own() -> None:
    assert made()["config"]["aws:defaultTags"]["tags"] == {"project": "rust-serverless", "stack": "pr-12"}
    assert made("config: {}")["config"]["aws:defaultTags"]["tags"] == {"stack": "pr-12"}


def test_everything_in_it_can_be_destroyed() -> None:
    assert made()["config"]["rust-serverless:deletionProtection"] == "false"
    assert made()["config"]["rust-serverless:pointInTimeRecovery"] == "false"


def test_its_roles_have_the_boundary_of_pull_requests_in_its_account() -> None:
    boundary = f"arn:aws:iam::210987654321:policy/{PREFIX}boundary-{PULL_REQUESTS}"
    for dev in (
        DEV,
        DEV + f"  rust-serverless:permissionsBoundary: arn:aws:iam::123456789012:policy/{PREFIX}boundary-dev",
    ):
        assert made(dev)["config"]["rust-serverless:permissionsBoundary"] == boundary


def test_it_has_the_key_of_no_other_stack() -> None:
    assert set(made()) == {"config"}


def test_the_program_takes_it() -> None:
    config = made((ROOT / "Pulumi.dev.yaml").read_text())["config"]
    texts = {key: value for key, value in config.items() if isinstance(value, str)}
    recording, _ = record_program("dev", config={**texts, "rust-serverless:artifactBucket": ""})
    assert recording.of_type("aws:s3/bucket:Bucket"), "the stack owns its bucket"
