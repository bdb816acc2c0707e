"""Tests of the role of pull requests, with its real policy, on an emulator that enforces policies.

moto evaluates actions and resources of S3, only actions of other services, and no conditions. `test_isolation.py` tests
the rest.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.core import set_initial_no_auth_action_count

from bootstrap.policies import PREFIX
from tests.account import ACCOUNT, REGION
from tests.memory_aws import memory_aws
from tests.pipeline.test_isolation import account, bucket, identity

ROLE = f"{PREFIX}pull-request"
STATE = ".pulumi/stacks/rust-serverless"
ANYONE = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
OWN_BUCKET = "rust-serverless-pr-12--rust-artifacts-0a1b2c3"


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """An account with both buckets, a table of prod and the role; yields credentials of the role."""
    with memory_aws(monkeypatch):
        s3, iam = boto3.client("s3"), boto3.client("iam")
        for name in (bucket("state-bucket"), bucket("artifacts-bucket"), OWN_BUCKET):
            s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        for stack in ("dev", "prod", "pr-12"):
            s3.put_object(Bucket=bucket("state-bucket"), Key=f"{STATE}/{stack}.json", Body=b"{}")
        s3.put_object(Bucket=bucket("artifacts-bucket"), Key="echo/arm64/0123.zip", Body=b"PK")
        trust = json.dumps({"Version": "2012-10-17", "Statement": [ANYONE]})
        iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=trust)
        policy = json.dumps({"Version": "2012-10-17", "Statement": identity("pull-request")})
        iam.put_role_policy(RoleName=ROLE, PolicyName="allows", PolicyDocument=policy)
        arn = f"arn:aws:iam::{ACCOUNT}:role/{ROLE}"
        session = boto3.client("sts").assume_role(RoleArn=arn, RoleSessionName="pull-request")["Credentials"]
        yield {
            "aws_access_key_id": session["AccessKeyId"],
            "aws_secret_access_key": session["SecretAccessKey"],
            "aws_session_token": session["SessionToken"],
        }


def outcome(call: Callable[[], Any]) -> str:
    """Return `allowed`, or the code of the refusal."""

    def enforced() -> str:
        try:
            call()
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return "allowed"

    return str(set_initial_no_auth_action_count(0)(enforced)())


def test_the_role_can_use_its_own_state_and_bucket(credentials: dict[str, str]) -> None:
    s3, state = boto3.client("s3", **credentials), bucket("state-bucket")
    assert outcome(lambda: s3.get_object(Bucket=state, Key=f"{STATE}/pr-12.json")) == "allowed"
    assert outcome(lambda: s3.put_object(Bucket=state, Key=f"{STATE}/pr-12.json", Body=b"{}")) == "allowed"
    assert outcome(lambda: s3.put_object(Bucket=OWN_BUCKET, Key="echo/arm64/9.zip", Body=b"PK")) == "allowed"


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_the_role_cannot_access_the_state_of_a_stage(credentials: dict[str, str], stack: str) -> None:
    s3, state = boto3.client("s3", **credentials), bucket("state-bucket")
    assert outcome(lambda: s3.get_object(Bucket=state, Key=f"{STATE}/{stack}.json")) == "AccessDenied"
    assert outcome(lambda: s3.put_object(Bucket=state, Key=f"{STATE}/{stack}.json", Body=b"{}")) == "AccessDenied"
    assert outcome(lambda: s3.delete_object(Bucket=state, Key=f"{STATE}/{stack}.json")) == "AccessDenied"


@pytest.mark.parametrize("key", ["echo/arm64/0123.zip", "echo/arm64/next.zip", "sha256/echo/arm64/next.zip"])
def test_the_role_cannot_write_shared_artifacts(credentials: dict[str, str], key: str) -> None:
    s3, artifacts = boto3.client("s3", **credentials), bucket("artifacts-bucket")
    assert outcome(lambda: s3.put_object(Bucket=artifacts, Key=key, Body=b"PK poisoned")) == "AccessDenied"
    assert outcome(lambda: s3.get_object(Bucket=artifacts, Key="echo/arm64/0123.zip")) == "AccessDenied"
    assert outcome(lambda: s3.delete_bucket_policy(Bucket=artifacts)) == "AccessDenied"


def test_the_role_cannot_create_users_keys_or_policies(credentials: dict[str, str]) -> None:
    iam = boto3.client("iam", **credentials)
    document = json.dumps({"Version": "2012-10-17", "Statement": []})
    assert outcome(lambda: iam.create_user(UserName="x")) == "AccessDenied"
    assert outcome(lambda: iam.create_policy(PolicyName="x", PolicyDocument=document)) == "AccessDenied"
    assert outcome(lambda: iam.attach_role_policy(RoleName=ROLE, PolicyArn="arn:aws:iam::aws:policy/Admin")) == (
        "AccessDenied"
    )
    boundary = account().arns["dev-boundary-policy"]
    assert outcome(lambda: iam.create_policy_version(PolicyArn=boundary, PolicyDocument=document)) == "AccessDenied"
