import json
from typing import Any

import pytest
from pack import plain_inputs
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy
from rules import RULES, violations


def statement(**parts: Any) -> dict[str, Any]:
    document = {"Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::b"], **parts}]}
    return {"policy": json.dumps(document)}


EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}

BROKEN = [
    ("aws:iam/rolePolicy:RolePolicy", statement(Action=["s3:*"]), "contains a star"),
    ("aws:iam/rolePolicy:RolePolicy", statement(Resource=["*"]), "contains a star"),
    ("aws:iam/rolePolicy:RolePolicy", {"policy": json.dumps({"Statement": EVERYTHING})}, "contains a star"),
    ("aws:iam/rolePolicy:RolePolicy", statement(NotAction=["iam:PassRole"]), "allows everything that it does not name"),
    ("aws:lambda/permission:Permission", {}, "sourceArn is missing"),
    ("aws:apigatewayv2/route:Route", {}, "authorizationType is missing"),
    ("aws:apigatewayv2/route:Route", {"authorizationType": "JWT"}, "accepts ID tokens"),
    ("aws:apigatewayv2/stage:Stage", {}, "requests are not logged"),
    (
        "aws:apigatewayv2/stage:Stage",
        {"accessLogSettings": {"destinationArn": "a"}, "routeSettings": [{"routeKey": "GET /"}]},
        "GET / is not throttled",
    ),
    ("aws:apigatewayv2/api:Api", {"corsConfiguration": {"allowOrigins": ["*"]}}, "allows every origin"),
    (
        "aws:apigatewayv2/api:Api",
        {"corsConfiguration": {"allowMethods": ["OPTION"]}},
        "OPTION, which is not",
    ),
    ("aws:cloudwatch/logGroup:LogGroup", {}, "forever"),
    (
        "aws:lambda/function:Function",
        {"environment": {"variables": {"DB_PASSWORD": "x"}}, "loggingConfig": {"logGroup": "a"}},
        "DB_PASSWORD looks like a secret",
    ),
    ("aws:lambda/function:Function", {}, "no destroy removes"),
    ("aws:dynamodb/table:Table", {"deletionProtectionEnabled": False}, "pointInTimeRecovery is missing"),
    ("aws:dynamodb/table:Table", {"pointInTimeRecovery": {"enabled": True}}, "deletionProtectionEnabled is missing"),
    ("aws:sqs/queue:Queue", {}, "not encrypted"),
    ("aws:lambda/eventSourceMapping:EventSourceMapping", {"startingPosition": "LATEST"}, "failed records are lost"),
    ("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", {"blockPublicAcls": True}, "blockPublicPolicy is off"),
    ("aws:cognito/userPool:UserPool", {"passwordPolicy": {"minimumLength": 8}}, "under 14"),
    ("aws:cognito/userPool:UserPool", {"mfaConfiguration": "OFF"}, "second factor"),
]


@pytest.mark.parametrize(("typ", "inputs", "problem"), BROKEN)
def test_a_violation_is_reported_with_the_remedy(typ: str, inputs: dict[str, Any], problem: str) -> None:
    assert any(problem in message for _, message in violations(typ, "mine", inputs))


def test_every_rule_can_be_broken() -> None:
    broken = {rule for typ, inputs, _ in BROKEN for rule, _ in violations(typ, "mine", inputs)}
    assert broken == {rule.name for rule in RULES}


def problems_of(name: str, **parts: Any) -> list[str]:
    return [problem for _, problem in violations("aws:iam/rolePolicy:RolePolicy", name, statement(**parts))]


def test_a_star_in_a_resource_is_allowed_with_a_reason() -> None:
    assert problems_of("echo-writes-logs", Resource=["arn:aws:logs:::g:log-stream:*"]) == []


@pytest.mark.parametrize("parts", [{"Action": ["*"]}, {"NotResource": ["arn:aws:s3:::b"]}])
def test_a_name_exempts_no_actions_and_no_exclusions(parts: dict[str, Any]) -> None:
    assert len(problems_of("report-objects", **parts)) == 1


def test_a_deny_may_have_stars() -> None:
    assert problems_of("uploads-tls-only", Effect="Deny", Action=["s3:*"], Resource=["*"]) == []


@pytest.mark.parametrize("typ", sorted({typ for typ, _, _ in BROKEN}))
def test_an_unknown_input_violates_no_rule(typ: str) -> None:
    named = ("policy", "sourceArn", "authorizationType", "accessLogSettings", "loggingConfig", "destinationConfig")
    numbered = ("retentionInDays", "passwordPolicy", "mfaConfiguration", "functionResponseTypes", "environment")
    switched = ("pointInTimeRecovery", "deletionProtectionEnabled", "sqsManagedSseEnabled", "corsConfiguration")
    private = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    inputs_of_the_preview = proxied(dict.fromkeys([*named, *numbered, *switched, *private]))
    assert list(violations(typ, "mine", inputs_of_the_preview)) == []


def test_known_parts_are_checked_next_to_unknown_ones() -> None:
    settings = {"routeKey": "GET /", "throttlingRateLimit": None, "throttlingBurstLimit": 0}
    inputs = proxied({"accessLogSettings": None, "routeSettings": [settings]})
    assert [problem for _, problem in violations("aws:apigatewayv2/stage:Stage", "mine", inputs)] == [
        "GET / is not throttled: set throttlingRateLimit and throttlingBurstLimit"
    ]


def proxied(inputs: dict[str, Any]) -> Any:
    """Return inputs as the policy pack receives them; None stands for an unknown value."""

    def sent(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: sent(part) for key, part in value.items()}
        if isinstance(value, list):
            return [sent(part) for part in value]
        return UNKNOWN_STRING_VALUE if value is None else value

    return plain_inputs(unknown_checking_proxy(sent(inputs)))
