import json
from typing import Any

import pytest
from pack import known
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy
from rules import RULES, violations


def statement(**parts: Any) -> dict[str, Any]:
    document = {"Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::b"], **parts}]}
    return {"policy": json.dumps(document)}


BROKEN = [
    ("aws:iam/rolePolicy:RolePolicy", statement(Action=["s3:*"]), "has a star"),
    ("aws:iam/rolePolicy:RolePolicy", statement(Resource=["*"]), "has a star"),
    ("aws:lambda/permission:Permission", {}, "sourceArn is missing"),
    ("aws:apigatewayv2/route:Route", {}, "authorizationType is not stated"),
    ("aws:apigatewayv2/route:Route", {"authorizationType": "JWT"}, "lets ID tokens pass"),
    ("aws:apigatewayv2/stage:Stage", {}, "nobody would know who called"),
    (
        "aws:apigatewayv2/stage:Stage",
        {"accessLogSettings": {"destinationArn": "a"}, "routeSettings": [{"routeKey": "GET /"}]},
        "GET / is not throttled",
    ),
    ("aws:apigatewayv2/api:Api", {"corsConfiguration": {"allowOrigins": ["*"]}}, "allows every origin"),
    ("aws:apigatewayv2/api:Api", {"corsConfiguration": {"allowMethods": ["OPTION"]}}, "OPTION, which is no method"),
    ("aws:cloudwatch/logGroup:LogGroup", {}, "for ever"),
    (
        "aws:lambda/function:Function",
        {"environment": {"variables": {"DB_PASSWORD": "x"}}, "loggingConfig": {"logGroup": "a"}},
        "DB_PASSWORD looks like a secret",
    ),
    ("aws:lambda/function:Function", {}, "no destroy removes"),
    ("aws:dynamodb/table:Table", {"deletionProtectionEnabled": False}, "pointInTimeRecovery is not stated"),
    ("aws:dynamodb/table:Table", {"pointInTimeRecovery": {"enabled": True}}, "deletionProtectionEnabled is not stated"),
    ("aws:sqs/queue:Queue", {}, "not encrypted"),
    ("aws:lambda/eventSourceMapping:EventSourceMapping", {}, "dropped in silence"),
    ("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", {"blockPublicAcls": True}, "blockPublicPolicy is off"),
    ("aws:cognito/userPool:UserPool", {"passwordPolicy": {"minimumLength": 8}}, "under 12"),
    ("aws:cognito/userPool:UserPool", {"mfaConfiguration": "OFF"}, "second factor"),
]


@pytest.mark.parametrize(("typ", "inputs", "problem"), BROKEN)
def test_what_breaks_a_rule_is_told_with_the_remedy(typ: str, inputs: dict[str, Any], problem: str) -> None:
    assert any(problem in told for _, told in violations(typ, "mine", inputs))


def test_every_rule_can_be_broken() -> None:
    broken = {rule for typ, inputs, _ in BROKEN for rule, _ in violations(typ, "mine", inputs)}
    assert broken == {rule.name for rule in RULES}


def test_a_star_with_a_reason_is_let_through() -> None:
    typ = "aws:iam/rolePolicy:RolePolicy"
    assert not list(violations(typ, "echo-writes-logs", statement(Resource=["arn:aws:logs:::g:log-stream:*"])))


@pytest.mark.parametrize("typ", sorted({typ for typ, _, _ in BROKEN}))
def test_what_a_preview_does_not_know_yet_breaks_no_rule(typ: str) -> None:
    named = ("policy", "sourceArn", "authorizationType", "accessLogSettings", "loggingConfig", "destinationConfig")
    numbered = ("retentionInDays", "passwordPolicy", "mfaConfiguration", "functionResponseTypes", "environment")
    switched = ("pointInTimeRecovery", "deletionProtectionEnabled", "sqsManagedSseEnabled", "corsConfiguration")
    private = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    inputs_of_the_preview = known_by_the_engine(dict.fromkeys([*named, *numbered, *switched, *private]))
    assert list(violations(typ, "mine", inputs_of_the_preview)) == []


def test_parts_that_a_preview_knows_are_judged_beside_those_that_it_does_not() -> None:
    settings = {"routeKey": "GET /", "throttlingRateLimit": None, "throttlingBurstLimit": 0}
    inputs = known_by_the_engine({"accessLogSettings": None, "routeSettings": [settings]})
    assert [problem for _, problem in violations("aws:apigatewayv2/stage:Stage", "mine", inputs)] == [
        "GET / is not throttled: set throttlingRateLimit and throttlingBurstLimit"
    ]


def known_by_the_engine(inputs: dict[str, Any]) -> Any:
    """Return inputs as a rule of the pack gets them, with None for what the engine does not know yet."""

    def sent(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: sent(part) for key, part in value.items()}
        if isinstance(value, list):
            return [sent(part) for part in value]
        return UNKNOWN_STRING_VALUE if value is None else value

    return known(unknown_checking_proxy(sent(inputs)))
