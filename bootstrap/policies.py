"""IAM statements for state, secrets and artifacts."""

import json
from collections.abc import Sequence
from typing import Any

PROJECT = "rust-serverless"
PREFIX = f"{PROJECT}-"
"""Prefix of the names of the workflows' roles and boundaries."""
ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"

Statement = dict[str, Any]


def document(statements: Sequence[Statement]) -> str:
    """Return a policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(actions: Sequence[str], resources: Sequence[str], **condition: Any) -> Statement:
    """Return a statement that allows actions on resources; `condition` maps operators such as `StringEquals`."""
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": list(resources)}
    return {**statement, "Condition": condition} if condition else statement


def deny(actions: Sequence[str], resources: Sequence[str]) -> Statement:
    """Return a statement that denies actions on resources."""
    return {**allow(actions, resources), "Effect": "Deny"}


def trust(provider_arn: str, subjects: Sequence[str]) -> str:
    """Return a trust policy for tokens with exactly one of the subjects.

    A subject says where a job runs: `…:pull_request`, `…:ref:refs/heads/main` or `…:environment:prod`.
    """
    names = {f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": list(subjects)}
    return document(
        [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Principal": {"Federated": provider_arn},
                "Condition": {"StringEquals": names},
            }
        ]
    )


def read_state(bucket_arn: str) -> list[Statement]:
    """Return statements that allow reading the state of every stack of the project."""
    objects = [f"{bucket_arn}/.pulumi/meta.yaml", f"{bucket_arn}/.pulumi/stacks/{PROJECT}/*"]
    return [allow(["s3:GetObject"], objects), allow(["s3:ListBucket"], [bucket_arn])]


def write_state(bucket_arn: str, stack: str) -> list[Statement]:
    """Return statements that allow reading and writing a stack's state; `stack` can contain `*`.

    https://www.pulumi.com/docs/iac/concepts/state-and-backends/#aws-s3
    """
    base = f"{bucket_arn}/.pulumi"
    own = [
        # Not `<stack>.*`: the name of another stack can continue with a dot.
        *(f"{base}/stacks/{PROJECT}/{stack}.json{suffix}" for suffix in ("", ".*")),
        f"{base}/history/{PROJECT}/{stack}/*",
        f"{base}/backups/{PROJECT}/{stack}/*",
        f"{base}/locks/organization/{PROJECT}/{stack}/*",
    ]
    return [
        allow(["s3:GetObject"], [f"{base}/meta.yaml"]),
        allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], own),
        allow(["s3:ListBucket"], [bucket_arn]),
    ]


def use_secrets(key_arn: str, contexts: Sequence[str], actions: Sequence[str]) -> list[Statement]:
    """Return statements that allow using the key for stacks whose `context_stack` is one of `contexts`."""
    return [allow(actions, [key_arn], StringEquals={"kms:EncryptionContext:stack": list(contexts)})]


def read_artifacts(bucket_arn: str) -> list[Statement]:
    """Return statements that allow listing and reading artifacts."""
    return [allow(["s3:ListBucket"], [bucket_arn]), allow(["s3:GetObject"], [f"{bucket_arn}/*"])]


def add_artifacts(bucket_arn: str) -> list[Statement]:
    """Return statements that allow uploading artifacts. The bucket policy denies overwrites."""
    return [allow(["s3:PutObject"], [f"{bucket_arn}/*"])]


def written_by(bucket_arn: str, role_arn: str) -> Statement:
    """Return a bucket policy statement that denies changes of objects by anyone but one role, even administrators."""
    changes = ["s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:ReplicateObject", "s3:ReplicateDelete"]
    return {
        **deny(changes, [f"{bucket_arn}/*"]),
        "Principal": "*",
        "Condition": {"ArnNotEquals": {"aws:PrincipalArn": role_arn}},
    }


def write_once(bucket_arn: str) -> list[Statement]:
    """Return bucket policy statements that deny overwrites and deletions.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
    """
    overwrites = {"Null": {"s3:if-none-match": "true"}, "Bool": {"s3:ObjectCreationOperation": "true"}}
    objects = [f"{bucket_arn}/*"]
    return [
        {**deny(["s3:PutObject"], objects), "Principal": "*", "Condition": overwrites},
        {**deny(["s3:DeleteObject", "s3:DeleteObjectVersion"], objects), "Principal": "*"},
    ]


def read_by_accounts(bucket_arn: str, accounts: Sequence[str]) -> list[Statement]:
    """Return bucket policy statements that allow deployments of other accounts to read.

    Their roles have to allow it too.
    """
    deployments = [f"arn:aws:iam::{account}:role/{PREFIX}deploy-*" for account in accounts]
    return [
        {
            **statement,
            "Principal": {"AWS": [f"arn:aws:iam::{account}:root" for account in accounts]},
            "Condition": {"ArnLike": {"aws:PrincipalArn": deployments}},
        }
        for statement in read_artifacts(bucket_arn)
        if accounts
    ]
