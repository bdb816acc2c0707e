"""What each of GitHub's roles may do, as statements of IAM policies."""

import json
from collections.abc import Sequence
from typing import Any

PROJECT = "rust-serverless"
PREFIX = "rust-serverless-"
"""Of the names of these roles; the program's roles are named `<function>-role-…`."""
ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
API_GATEWAY_ROLE = "aws-service-role/ops.apigateway.amazonaws.com"

Statement = dict[str, Any]


def document(statements: Sequence[Statement]) -> str:
    """Return a policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


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
    return [_allow(["s3:GetObject"], objects), _allow(["s3:ListBucket"], [bucket_arn])]


def write_state(bucket_arn: str, stack: str) -> list[Statement]:
    """Let a role read and write the state, history, backups and lock of one stack, or of those that a `*` matches.

    https://www.pulumi.com/docs/iac/concepts/state-and-backends/#aws-s3
    """
    base = f"{bucket_arn}/.pulumi"
    own = [
        f"{base}/stacks/{PROJECT}/{stack}.*",
        f"{base}/history/{PROJECT}/{stack}/*",
        f"{base}/backups/{PROJECT}/{stack}/*",
        f"{base}/locks/organization/{PROJECT}/{stack}/*",
    ]
    return [
        _allow(["s3:GetObject"], [f"{base}/meta.yaml"]),
        _allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], own),
        _allow(["s3:ListBucket"], [bucket_arn]),
    ]


def use_secrets(key_arn: str, contexts: Sequence[str], actions: Sequence[str]) -> list[Statement]:
    """Let a role use the key for secrets of stacks: those whose `context_stack` is one of `contexts`."""
    condition = {"StringEquals": {"kms:EncryptionContext:stack": list(contexts)}}
    return [{**_allow(list(actions), [key_arn]), "Condition": condition}]


def read_artifacts(bucket_arn: str) -> list[Statement]:
    """Let a role see which artifacts there are, and give them to functions."""
    return [_allow(["s3:ListBucket"], [bucket_arn]), _allow(["s3:GetObject"], [f"{bucket_arn}/*"])]


def add_artifacts(bucket_arn: str) -> list[Statement]:
    """Let a role put artifacts; the bucket itself refuses to have one overwritten."""
    return [_allow(["s3:PutObject"], [f"{bucket_arn}/*"])]


def write_once(bucket_arn: str) -> Statement:
    """Refuse, in a bucket's policy, every upload that might overwrite.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
    """
    return {
        "Effect": "Deny",
        "Action": "s3:PutObject",
        "Principal": "*",
        "Resource": f"{bucket_arn}/*",
        "Condition": {"Null": {"s3:if-none-match": "true"}, "Bool": {"s3:ObjectCreationOperation": "true"}},
    }


def read_configuration(region: str) -> list[Statement]:
    """Let a role compare what exists with the state.

    These read how resources are configured. None reads what is in them: no item, message, log line or code.
    """
    regional = [
        *("acm:DescribeCertificate", "acm:ListTagsForCertificate"),
        "apigateway:GET",
        *("cloudwatch:DescribeAlarms", "cloudwatch:GetDashboard", "cloudwatch:ListTagsForResource"),
        *("cognito-idp:DescribeResourceServer", "cognito-idp:DescribeUserPool", "cognito-idp:DescribeUserPoolClient"),
        *("cognito-idp:DescribeUserPoolDomain", "cognito-idp:GetUserPoolMfaConfig"),
        *("dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive"),
        "dynamodb:ListTagsOfResource",
        *("lambda:GetEventSourceMapping", "lambda:GetFunctionCodeSigningConfig", "lambda:GetFunctionConcurrency"),
        *("lambda:GetFunctionConfiguration", "lambda:GetPolicy", "lambda:ListTags", "lambda:ListVersionsByFunction"),
        # Its answer has a link to the code as well; the provider reads nothing without it.
        "lambda:GetFunction",
        *("logs:DescribeLogGroups", "logs:DescribeMetricFilters", "logs:ListTagsForResource"),
        *("sns:GetSubscriptionAttributes", "sns:GetTopicAttributes", "sns:ListTagsForResource"),
        *("sqs:GetQueueAttributes", "sqs:ListQueueTags"),
    ]
    everywhere = [
        *("iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"),
        *("route53:GetHostedZone", "route53:ListResourceRecordSets"),
    ]
    return [_allow_in(region, regional), _allow(everywhere, ["*"])]


def manage_program(region: str, account: str) -> list[Statement]:
    """Let a role create, change and delete what the program is made of, short of the workflows' own roles.

    Pulumi names resources after their logical names, without the stack, so that no pattern of names tells the stacks
    of one account apart; `keep_to_stack` does, by their tags.
    """
    services = ("acm", "apigateway", "cloudwatch", "cognito-idp", "dynamodb", "lambda", "logs", "sns", "sqs")
    records = ("route53:ChangeResourceRecordSets", "route53:GetHostedZone", "route53:ListResourceRecordSets")
    roles = f"arn:aws:iam::{account}:role/*-role-*"
    role_actions = [
        *("iam:CreateRole", "iam:DeleteRole", "iam:GetRole", "iam:TagRole", "iam:UntagRole", "iam:UpdateRole"),
        *("iam:DeleteRolePolicy", "iam:GetRolePolicy", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"),
        *("iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole", "iam:ListRolePolicies"),
    ]
    to_lambda = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    return [
        _allow_in(region, [f"{service}:*" for service in services]),
        _allow(role_actions, [roles]),
        {**_allow(["iam:PassRole"], [roles]), "Condition": to_lambda},
        # Once in an account, for the first API that writes an access log.
        _allow(["iam:CreateServiceLinkedRole"], [f"arn:aws:iam::{account}:role/{API_GATEWAY_ROLE}/*"]),
        _allow([*records], ["arn:aws:route53:::hostedzone/*"]),
        _allow(["route53:GetChange"], ["arn:aws:route53:::change/*"]),
        {"Effect": "Deny", "Action": ["iam:*"], "Resource": [f"arn:aws:iam::{account}:role/{PREFIX}*"]},
    ]


def keep_to_stack(stack: str) -> list[Statement]:
    """Refuse a role whatever is tagged for another stack, and to tag anything for one; `stack` may have a `*`.

    Stack files set the tag, `aws:defaultTags`. A resource without it is refused to nobody.
    """
    return [
        {
            "Effect": "Deny",
            "Action": ["*"],
            "Resource": ["*"],
            "Condition": {"StringNotLike": {f"{key}/stack": stack}, "Null": {f"{key}/stack": "false"}},
        }
        for key in ("aws:ResourceTag", "aws:RequestTag")
    ]


def manage_own_bucket() -> list[Statement]:
    """Let a role create and delete the artifact bucket that a stack has when it shares none."""
    arn = "arn:aws:s3:::rust-artifacts-*"
    return [_allow(["s3:*"], [arn, f"{arn}/*"])]


def _allow(actions: list[str], resources: list[str]) -> Statement:
    return {"Effect": "Allow", "Action": actions, "Resource": resources}


def _allow_in(region: str, actions: list[str]) -> Statement:
    return {**_allow(actions, ["*"]), "Condition": {"StringEquals": {"aws:RequestedRegion": region}}}
