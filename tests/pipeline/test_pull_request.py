from typing import Any

import yaml

from bootstrap.policies import PREFIX
from bootstrap.roles import PULL_REQUESTS
from pipeline.pull_request import stack_file, stack_of, stale_stacks
from tests.pipeline.recorded import recorded_json
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


def generated(dev: str = DEV) -> dict[str, dict[str, Any]]:
    content: dict[str, dict[str, Any]] = yaml.safe_load(stack_file(dev, "pr-12", "210987654321"))
    return content


def test_the_stack_has_the_settings_of_dev() -> None:
    assert generated()["config"]["aws:region"] == "eu-west-1"
    assert generated()["config"]["rust-serverless:logRetentionDays"] == "7"


def test_it_shares_neither_the_artifact_bucket_nor_the_domain_name() -> None:
    assert not {"rust-serverless:artifactBucket", "rust-serverless:domainName"} & generated()["config"].keys()


def test_its_resources_are_tagged_with_its_name() -> None:
    assert generated()["config"]["aws:defaultTags"]["tags"] == {"project": "rust-serverless", "stack": "pr-12"}
    assert generated("config: {}")["config"]["aws:defaultTags"]["tags"] == {"stack": "pr-12"}


def test_everything_in_it_can_be_destroyed() -> None:
    assert generated()["config"]["rust-serverless:deletionProtection"] == "false"
    assert generated()["config"]["rust-serverless:pointInTimeRecovery"] == "false"


def test_roles_have_the_boundary_of_pull_requests() -> None:
    boundary = f"arn:aws:iam::210987654321:policy/{PREFIX}boundary-{PULL_REQUESTS}"
    for dev in (
        DEV,
        DEV + f"  rust-serverless:permissionsBoundary: arn:aws:iam::123456789012:policy/{PREFIX}boundary-dev",
    ):
        assert generated(dev)["config"]["rust-serverless:permissionsBoundary"] == boundary


def test_the_encryption_of_dev_is_not_copied() -> None:
    assert set(generated()) == {"config"}


def test_the_program_accepts_the_stack_file() -> None:
    config = generated((ROOT / "Pulumi.dev.yaml").read_text())["config"]
    texts = {key: value for key, value in config.items() if isinstance(value, str)}
    recording, _ = record_program("dev", config={**texts, "rust-serverless:artifactBucket": ""})
    assert recording.of_type("aws:s3/bucket:Bucket"), "the stack owns its bucket"


def named(*names: str) -> list[dict[str, object]]:
    return [{"name": name, "current": False} for name in names]


def test_the_stack_of_a_closed_pull_request_is_stale() -> None:
    assert stale_stacks(recorded_json("stacks"), []) == ["pr-12"]


def test_the_stack_of_a_labeled_pull_request_is_not_stale() -> None:
    assert stale_stacks(recorded_json("stacks"), [{"number": 12}, {"number": 13}]) == []
    assert stale_stacks(named("pr-1", "pr-12"), [{"number": 12}]) == ["pr-1"]


def test_no_other_stack_is_ever_stale() -> None:
    names = ("dev", "staging", "prod", "pr-", "pr-0", "pr-1x", "my-pr-1", "pr-012", "PR-1", "pr-1\n")
    assert stale_stacks(named(*names), []) == []


def test_a_fully_qualified_name_is_parsed() -> None:
    assert stale_stacks(named("organization/rust-serverless/pr-7"), []) == ["pr-7"]


def test_the_name_of_the_stack_contains_the_number() -> None:
    assert stack_of(12) == "pr-12"
