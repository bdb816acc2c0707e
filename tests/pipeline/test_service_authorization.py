"""Tests that AWS evaluates every element of the policies, with the service authorization reference.

A condition on a key that AWS does not provide for an action is never met, or always if it is negated. An ARN of a type
that an action does not support allows nothing. Otherwise, only a failed deployment would show this.
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from policy_sentry.querying.actions import get_action_data, get_actions_for_service

from tests.account import full_program
from tests.iam import Statement, statements
from tests.pipeline.test_isolation import account

GLOBAL = {"aws:RequestedRegion", "aws:PrincipalArn", "aws:SecureTransport"}
"""Keys that AWS provides for every request."""
TAGS_EVALUATED = {"cognito-idp", "acm"}
"""Services whose tags the policies use. DynamoDB streams and parts of HTTP APIs have no tags."""
NEWER_KEYS = {"s3:ObjectCreationOperation", "s3:if-none-match"}
"""Keys of https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html."""

LISTS_STREAMS = "dynamodb:ListStreams"
"""Has no resource type in the reference, but `stream/*` of a table in DynamoDB's guide:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.Lambda.Tutorial.html."""

DOMAIN_NAMES = "::/domainnames"
"""`CreateDomainName` is a POST to it, which the offline copy of the reference leaves out."""


@cache
def policies() -> dict[str, list[Statement]]:
    """Return the statements of everything that is attached to a role, by logical name."""
    roles = [account(), full_program("prod")]
    found = {p.name: p.inputs["policy"] for r in roles for p in r.of_type("aws:iam/rolePolicy:RolePolicy")}
    found |= {p.name: p.inputs["policy"] for p in account().of_type("aws:iam/policy:Policy")}
    return {name: statements(text) for name, text in found.items()}


@cache
def known(action: str) -> list[dict[str, Any]]:
    """Return the rows of an action in the reference: one for each type of resource that it takes."""
    service, name = action.split(":")
    data = get_action_data(service, name)
    return list(data[service]) if data else []


def expanded(statement: Statement) -> Iterator[str]:
    for action in statement["Action"]:
        everything = get_actions_for_service(action.split(":")[0]) if "*" in action else [action]
        yield from (one for one in everything if fnmatchcase(one, action))


def condition_keys(action: str) -> set[str]:
    return {key.split("$")[0].rstrip("/:") for row in known(action) for key in row["condition_keys"]}


def takes(action: str, resource: str) -> bool:
    """Return whether an action supports an ARN, by its service and the start of its resource."""
    formats = [row["resource_arn_format"] for row in known(action)]
    if resource == "*" or action == LISTS_STREAMS or resource.endswith(DOMAIN_NAMES):
        return True
    ours = resource.split(":", 5)
    return any(one != "*" and alike(one.split(":", 5), ours) for one in formats)


def alike(theirs: list[str], ours: list[str]) -> bool:
    kind = theirs[5].split("$")[0]
    return theirs[2] == ours[2] and (ours[5].startswith(kind) or kind == "")


def every_statement() -> Iterator[tuple[str, Statement]]:
    """Yield each statement with the name of its policy."""
    return ((name, statement) for name, found in policies().items() for statement in found)


def test_every_action_exists() -> None:
    unknown = {
        (name, action) for name, statement in every_statement() for action in expanded(statement) if not known(action)
    }
    assert unknown == set()


def test_every_condition_is_one_that_aws_evaluates_for_its_actions() -> None:
    for name, statement in every_statement():
        keys = {key for operator in statement.get("Condition", {}).values() for key in operator}
        for action in expanded(statement):
            for key in keys - GLOBAL - NEWER_KEYS:
                base = key.removesuffix(":stack").split("/")[0]
                on_pool = action.startswith("cognito-idp:") and not any("userpool/" in str(r) for r in known(action))
                assert base in condition_keys(action) or on_pool, (name, action, key)


def test_tags_decide_only_where_aws_evaluates_them() -> None:
    for name, statement in every_statement():
        for operator in statement.get("Condition", {}).values():
            if any(key.startswith(("aws:ResourceTag/", "aws:RequestTag/", "iam:ResourceTag/")) for key in operator):
                assert {action.split(":")[0] for action in statement["Action"]} <= TAGS_EVALUATED, (name, statement)


def test_every_named_action_applies_to_one_of_its_resources() -> None:
    for name, statement in every_statement():
        for action in statement["Action"]:
            if "*" not in action and statement["Effect"] == "Allow":
                assert any(takes(action, resource) for resource in statement["Resource"]), (name, action, statement)


def unrestricted(found: list[Statement]) -> set[str]:
    """Return the actions that are allowed on every resource although AWS could restrict them (CKV_AWS_355)."""
    return {
        action
        for statement in found
        if statement["Effect"] == "Allow" and statement["Resource"] == ["*"]
        for action in expanded(statement)
        if any(row["resource_arn_format"] != "*" for row in known(action))
    }


LISTED = {"cloudwatch:DescribeAlarms"}
"""Requires access to all resources, https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html."""


def test_no_policy_allows_all_resources_unnecessarily() -> None:
    found = {name: unrestricted(policy) - LISTED for name, policy in policies().items() if "drift" not in name}
    assert {name: actions for name, actions in found.items() if actions} == {}


def test_the_drift_role_reads_configuration_only() -> None:
    assert {
        row["access_level"] for action in unrestricted(policies()["github-drift-allows"]) for row in known(action)
    } <= {
        "Read",
        "List",
    }
