"""Tests that physical names begin with the stack's name, so that IAM policies can separate stacks by ARN."""

import pytest

from operations.new_stack import NAME
from tests.account import ARNS, SUFFIX, pattern, physical_name, program

LIMITS = {
    "aws:cloudwatch/dashboard:Dashboard": 255,
    "aws:cloudwatch/logGroup:LogGroup": 512,
    "aws:cloudwatch/metricAlarm:MetricAlarm": 255,
    "aws:cognito/userPool:UserPool": 128,
    "aws:dynamodb/table:Table": 255,
    "aws:iam/role:Role": 64,
    "aws:iam/rolePolicy:RolePolicy": 128,
    "aws:lambda/function:Function": 64,
    "aws:s3/bucket:Bucket": 63,
    "aws:scheduler/schedule:Schedule": 64,
    "aws:sns/topic:Topic": 256,
    "aws:sqs/queue:Queue": 80,
}
"""Maximum length of a name."""


def named(logical: str, stack: str) -> str:
    return physical_name(logical, stack, "rust-serverless", pattern())


def test_names_in_arns_begin_with_project_and_stack() -> None:
    arns = program("prod", alarmEmail="on-call@example.com").arns
    assert {"currencies-table", "echo-function", "echo-role", "echo-logs", "alarms-topic"} <= arns.keys()
    for logical, arn in arns.items():
        if "userpool" not in arn:
            assert "rust-serverless-prod--" in arn.split(":", 5)[5], logical


def test_no_stack_prefix_matches_another_stack() -> None:
    """`rust-serverless-dev-*` would match the stack `dev-2`."""
    assert not named("echo", "dev-2").startswith("rust-serverless-dev--")
    assert named("echo", "dev").startswith("rust-serverless-dev--")


@pytest.mark.parametrize("stack", ["staging", "pr-123456789", "a" * 12])
def test_every_name_is_within_the_limit_of_aws(stack: str) -> None:
    assert NAME.fullmatch(stack) or stack.startswith("pr-")
    for item in program("prod", alarmEmail="on-call@example.com").resources:
        if item.typ in LIMITS:
            assert len(named(item.name, stack)) <= LIMITS[item.typ], item.name


def test_every_named_type_has_a_length_limit() -> None:
    types = {item.typ for item in program("prod").resources}
    assert (types & ARNS.keys()) <= LIMITS.keys()


def test_names_end_randomly_so_that_replacements_precede_deletions() -> None:
    assert named("echo", "dev").endswith(f"-{SUFFIX}")
