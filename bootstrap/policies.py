"""What the roles of the workflows may do with state, secrets and artifacts, as statements of IAM policies."""

import json
from collections.abc import Sequence
from typing import Any

PROJECT = "rust-serverless"
PREFIX = "rust-serverless-"
"""Of the names of the workflows' roles and boundaries."""
ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"

Statement = dict[str, Any]


def document(statements: Sequence[Statement]) -> str:
    """Return a policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(actions: Sequence[str], resources: Sequence[str], **condition: Any) -> Statement:
    """Return a statement that allows actions on resources; `condition` has the operators, such as `StringEquals`."""
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": list(resources)}
    return {**statement, "Condition": condition} if condition else statement


def deny(actions: Sequence[str], resources: Sequence[str]) -> Statement:
    """Return a statement that refuses actions on resources, whatever else allows them."""
    return {**allow(actions, resources), "Effect": "Deny"}


def trust(provider_arn: str, subjects: Sequence[str]) -> str:
    """Return a trust policy for workflows whose tokens have one of the subjects, each exactly.

    A subject says where a workflow runs: `…:pull_request`, `…:ref:refs/heads/main` or `…:environment:prod`.
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
    """Let a role read the state of every stack of the project."""
    objects = [f"{bucket_arn}/.pulumi/meta.yaml", f"{bucket_arn}/.pulumi/stacks/{PROJECT}/*"]
    return [allow(["s3:GetObject"], objects), allow(["s3:ListBucket"], [bucket_arn])]


def write_state(bucket_arn: str, stack: str) -> list[Statement]:
    """Let a role read and write the state, history, backups and lock of one stack, or of those that a `*` matches.

    https://www.pulumi.com/docs/iac/concepts/state-and-backends/#aws-s3
    """
    base = f"{bucket_arn}/.pulumi"
    own = [
        # Not `<stack>.*`: a stack's name may have a dot.
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
    """Let a role use the key for secrets of stacks: those whose `context_stack` is one of `contexts`."""
    return [allow(actions, [key_arn], StringEquals={"kms:EncryptionContext:stack": list(contexts)})]


def read_artifacts(bucket_arn: str) -> list[Statement]:
    """Let a role see which artifacts there are, and give them to functions."""
    return [allow(["s3:ListBucket"], [bucket_arn]), allow(["s3:GetObject"], [f"{bucket_arn}/*"])]


def add_artifacts(bucket_arn: str) -> list[Statement]:
    """Let a role put artifacts; the bucket itself refuses to have one overwritten."""
    return [allow(["s3:PutObject"], [f"{bucket_arn}/*"])]


def written_by(bucket_arn: str, role_arn: str) -> Statement:
    """Refuse, in a bucket's policy, every change of its objects to everyone but one role, administrators included."""
    changes = ["s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:ReplicateObject", "s3:ReplicateDelete"]
    return {
        **deny(changes, [f"{bucket_arn}/*"]),
        "Principal": "*",
        "Condition": {"ArnNotEquals": {"aws:PrincipalArn": role_arn}},
    }


def write_once(bucket_arn: str) -> list[Statement]:
    """Refuse, in a bucket's policy, every upload that might overwrite, and every deletion.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
    """
    overwrites = {"Null": {"s3:if-none-match": "true"}, "Bool": {"s3:ObjectCreationOperation": "true"}}
    objects = [f"{bucket_arn}/*"]
    return [
        {**deny(["s3:PutObject"], objects), "Principal": "*", "Condition": overwrites},
        {**deny(["s3:DeleteObject", "s3:DeleteObjectVersion"], objects), "Principal": "*"},
    ]


def read_by_accounts(bucket_arn: str, accounts: Sequence[str]) -> list[Statement]:
    """Let the deployments of other accounts read, in a bucket's policy; their own policies have to allow it too."""
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
