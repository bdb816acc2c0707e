"""Tests of the IAM evaluator, by AWS's documentation."""

import pytest

from tests.iam import Decision, Policies, Request, Statement, decide, like

READ = Request(action="s3:GetObject", resource="arn:aws:s3:::a/b", context={"aws:PrincipalTag/team": "x"})


def statement(effect: str = "Allow", /, **parts: object) -> Statement:
    return {"Effect": effect, "Action": "s3:*", "Resource": "*", **parts}


def decision(*found: Statement, request: Request = READ, boundary: list[Statement] | None = None) -> Decision:
    return decide(request, Policies(identity=found, boundary=boundary))


def test_nothing_is_allowed_unless_a_statement_says_so() -> None:
    assert decision() is Decision.IMPLICIT_DENY
    assert decision(statement()) is Decision.ALLOW
    assert decision(statement(Action="s3:Put*")) is Decision.IMPLICIT_DENY
    assert decision(statement(Resource="arn:aws:s3:::b/*")) is Decision.IMPLICIT_DENY


def test_a_deny_wins_wherever_it_is() -> None:
    assert decision(statement(), statement("Deny")) is Decision.EXPLICIT_DENY
    refused = Policies(identity=[statement()], resource=[statement("Deny", Principal="*")])
    assert decide(READ, refused) is Decision.EXPLICIT_DENY
    assert decision(statement(), boundary=[statement(), statement("Deny")]) is Decision.EXPLICIT_DENY


def test_a_boundary_allows_nothing_by_itself_and_limits_everything() -> None:
    assert decision(boundary=[statement()]) is Decision.IMPLICIT_DENY
    assert decision(statement(), boundary=[statement(Action="dynamodb:*")]) is Decision.BOUNDARY
    assert decision(statement(), boundary=[statement()]) is Decision.ALLOW


def test_a_policy_of_the_resource_is_for_its_principals() -> None:
    policy = [statement("Deny", Principal={"AWS": ["arn:aws:iam::123456789012:root"]})]
    for account, expected in {"123456789012": Decision.EXPLICIT_DENY, "210987654321": Decision.ALLOW}.items():
        request = Request(action="s3:GetObject", resource="x", principal=f"arn:aws:iam::{account}:role/r")
        assert decide(request, Policies(identity=[statement()], resource=policy)) is expected


def test_actions_ignore_case_and_resources_do_not() -> None:
    assert decision(statement(Action="S3:getobject")) is Decision.ALLOW
    assert decision(statement(Resource="arn:aws:s3:::A/*")) is Decision.IMPLICIT_DENY


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [("a*", "a/b:c", True), ("a?c", "abc", True), ("a?c", "ac", False), ("a.c", "abc", False), ("a", "ab", False)],
)
def test_patterns_are_matched_whole(pattern: str, value: str, *, expected: bool) -> None:
    assert like(pattern, value) is expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"StringEquals": {"k": "v"}}, True),
        ({"StringEquals": {"K": ["w", "v"]}}, True),
        ({"StringEquals": {"k": "w"}}, False),
        ({"StringEquals": {"missing": "v"}}, False),
        ({"StringEqualsIfExists": {"missing": "v"}}, True),
        ({"StringEqualsIfExists": {"k": "w"}}, False),
        ({"StringNotEquals": {"missing": "v"}}, True),
        ({"StringNotEquals": {"k": "v"}}, False),
        ({"StringLike": {"k": "?"}}, True),
        ({"Bool": {"yes": "TRUE"}}, True),
        ({"Null": {"missing": "true"}}, True),
        ({"Null": {"k": "true"}}, False),
        ({"Null": {"k": "false"}}, True),
        ({"ForAllValues:StringEquals": {"many": ["a", "b", "c"]}}, True),
        ({"ForAllValues:StringEquals": {"many": ["a"]}}, False),
        ({"ForAllValues:StringEquals": {"missing": ["a"]}}, True),
        ({"StringEquals": {"k": "v"}, "Bool": {"yes": "false"}}, False),
    ],
)
def test_conditions_are_evaluated_as_documented(condition: dict[str, object], *, expected: bool) -> None:
    request = Request(action="s3:GetObject", resource="x", context={"k": "v", "yes": "true", "many": ["a", "b"]})
    allowed = decision(statement(Condition=condition), request=request) is Decision.ALLOW
    assert allowed is expected


@pytest.mark.parametrize(
    "unknown", [{"NotAction": "s3:*"}, {"Condition": {"ForAnyValue:StringEquals": {"k": "v"}}}, {"NotResource": "*"}]
)
def test_an_unsupported_policy_element_is_an_error(unknown: dict[str, object]) -> None:
    with pytest.raises(NotImplementedError):
        decision({**statement(), **unknown})
