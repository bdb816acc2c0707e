"""The checks behind the rows of docs/controls.md, each over all resources of a stack or of the account.

A check with an id is the rule of that id. It returns None if there are no resources that it applies to.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from policy_sentry.querying.actions import get_action_data, get_actions_for_service
from rules import RULES

from bootstrap.policies import PREFIX
from tests.iam import Decision, Policies, Request, Statement, decide, statements
from tests.recording import Recorded

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
API = "aws:apigatewayv2/api:Api"
BUCKET = "aws:s3/bucket:Bucket"
BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
BUDGET = "aws:budgets/budget:Budget"
FUNCTION = "aws:lambda/function:Function"
LOGS = "aws:cloudwatch/logGroup:LogGroup"
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
MANAGED_POLICY = "aws:iam/policy:Policy"
PERMISSION = "aws:lambda/permission:Permission"
POOL = "aws:cognito/userPool:UserPool"
PRIVATE = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
QUEUE = "aws:sqs/queue:Queue"
QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
ROUTE = "aws:apigatewayv2/route:Route"
STAGE = "aws:apigatewayv2/stage:Stage"
TABLE = "aws:dynamodb/table:Table"
TOPIC = "aws:sns/topic:Topic"
TRAIL = "aws:cloudtrail/trail:Trail"
VERSIONING = "aws:s3/bucketVersioning:BucketVersioning"

STATE_TABLE = "analytics-state-table"
"""The table that must never be restored. Rows about data exclude it and say so."""
A_YEAR = 365

Resources = Sequence[Recorded]
Rule = Callable[[Resources], bool | None]


def of(resources: Resources, *types: str) -> list[Recorded]:
    """Return the resources of the given types."""
    return [resource for resource in resources if resource.typ in types]


def at(inputs: Any, path: str) -> Any:
    """Return a part of inputs, such as `ttl.enabled`, or None."""
    for name in path.split("."):
        inputs = inputs.get(name) if isinstance(inputs, dict) else None
    return inputs


def every(typ: str, holds: Callable[[Recorded], bool], *, but: Sequence[str] = ()) -> Rule:
    """Return the rule that something holds for every resource of a type, except those named in `but`."""

    def rule(resources: Resources) -> bool | None:
        found = [item for item in of(resources, typ) if item.name not in but]
        return all(map(holds, found)) if found else None

    return rule


def has(typ: str, path: str, *values: Any, but: Sequence[str] = ()) -> Rule:
    """Return the rule that every resource of a type has an input, with one of the values if any are given."""
    return every(typ, lambda item: at(item.inputs, path) in values if values else bool(at(item.inputs, path)), but=but)


def obeys(name: str) -> Rule:
    """Return the rule that no resource violates a rule of the policy pack."""
    (policy,) = [rule for rule in RULES if rule.name == name]

    def rule(resources: Resources) -> bool | None:
        found = of(resources, *policy.types)
        return not any(list(policy.check(item.name, item.inputs)) for item in found) if found else None

    return rule


def none_of(prefix: str, about: str) -> Rule:
    """Return the rule that there is no resource of a type, if there are resources that it applies to."""
    return lambda resources: (
        not any(item.typ.startswith(prefix) for item in resources) if of(resources, about) else None
    )


def all_of(*rules: Rule) -> Rule:
    """Return the rule that all rules hold."""

    def rule(resources: Resources) -> bool | None:
        results = [result for result in (one(resources) for one in rules) if result is not None]
        return all(results) if results else None

    return rule


def throttled(resources: Resources) -> bool | None:
    """Return whether the stage throttles every route."""
    if not of(resources, ROUTE):
        return None
    limited = {
        setting["routeKey"]
        for stage in of(resources, STAGE)
        for setting in stage.inputs.get("routeSettings") or ()
        if setting["throttlingRateLimit"] > 0 and setting["throttlingBurstLimit"] > 0
    }
    return {route.inputs["routeKey"] for route in of(resources, ROUTE)} <= limited


# IAM, by Checkov's rules, which are cloudsplaining's: they judge what is allowed on all resources without a condition.

CREDENTIALS = {
    *("iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateAccessKey", "iam:UpdateLoginProfile"),
    *("sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity", "sts:GetFederationToken"),
    *("sts:GetSessionToken", "cognito-identity:GetCredentialsForIdentity", "ecr:GetAuthorizationToken"),
}
EXFILTRATION = {
    *("s3:GetObject", "ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"),
    *("secretsmanager:GetSecretValue", "dynamodb:GetItem", "dynamodb:Scan", "dynamodb:Query"),
}
ESCALATION = (
    {"iam:PassRole", "lambda:CreateFunction"},
    {"lambda:UpdateFunctionCode"},
    {"iam:CreatePolicyVersion"},
    {"iam:SetDefaultPolicyVersion"},
    {"iam:AttachRolePolicy"},
    {"iam:PutRolePolicy"},
    {"iam:UpdateAssumeRolePolicy"},
    {"iam:CreateAccessKey"},
    {"iam:PassRole", "ec2:RunInstances"},
    {"iam:PassRole", "cloudformation:CreateStack"},
)


def identity_policies(resources: Resources) -> list[list[Statement]]:
    """Return the statements of each policy of a role."""
    return [statements(item.inputs["policy"]) for item in of(resources, ROLE_POLICY, MANAGED_POLICY)]


def listed(value: str | Iterable[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


@cache
def expanded(pattern: str) -> tuple[str, ...]:
    if pattern == "*":
        return tuple(CREDENTIALS | EXFILTRATION | set().union(*ESCALATION))
    return tuple(
        a for a in get_actions_for_service(pattern.split(":", maxsplit=1)[0]) if fnmatchcase(a.lower(), pattern.lower())
    )


@cache
def reference(action: str) -> tuple[str, bool]:
    """Return the access level of an action, and whether AWS can restrict it to resources."""
    data = get_action_data(*action.split(":"))
    rows = data[action.split(":", maxsplit=1)[0]] if data else []
    return rows[0]["access_level"] if rows else "", any(row["resource_arn_format"] != "*" for row in rows)


def everywhere(found: Sequence[Statement], *, conditional: bool) -> set[str]:
    """Return the actions that statements allow on all resources, with or without those under conditions."""
    return {
        action
        for statement in found
        if statement["Effect"] == "Allow" and "*" in listed(statement["Resource"])
        if conditional or not statement.get("Condition")
        for pattern in listed(statement["Action"])
        for action in expanded(pattern)
    }


def policies(holds: Callable[[list[Statement]], bool]) -> Rule:
    """Return the rule that something holds for each policy of a role."""

    def rule(resources: Resources) -> bool | None:
        found = identity_policies(resources)
        return all(map(holds, found)) if found else None

    return rule


def no_star_action(found: list[Statement]) -> bool:
    return not any(s["Effect"] == "Allow" and "*" in listed(s["Action"]) for s in found)


def no_escalation(found: list[Statement]) -> bool:
    allowed = everywhere(found, conditional=False)
    return not (allowed & CREDENTIALS or allowed & EXFILTRATION or any(way <= allowed for way in ESCALATION))


def no_change_of_everything(found: list[Statement]) -> bool:
    levels = {reference(action) for action in everywhere(found, conditional=False)}
    return not levels & {("Permissions management", True), ("Permissions management", False), ("Write", True)}


def no_star_resource(found: list[Statement]) -> bool:
    return not any(reference(action)[1] for action in everywhere(found, conditional=True))


def boundary_is_required(resources: Resources) -> bool | None:
    """Return whether functions' roles have a boundary, or the workflows' roles cannot create a role without one."""
    if of(resources, FUNCTION):
        return all(role.inputs.get("permissionsBoundary") for role in of(resources, ROLE))
    creators = [found for found in identity_policies(resources) if any("iam:CreateRole" in s["Action"] for s in found)]
    request = Request(
        action="iam:CreateRole", resource=f"arn:aws:iam::123456789012:role/{PREFIX}dev--x", context={}, principal=""
    )
    return all(decide(request, Policies(identity=found)) is not Decision.ALLOW for found in creators) and bool(creators)


# Buckets


def bucket_names(resources: Resources) -> list[str]:
    """Return the bucket names that other resources refer to."""
    return [str(item.inputs.get("bucket", item.name)) for item in of(resources, BUCKET)]


def about_each_bucket(typ: str, holds: Callable[[Recorded], bool]) -> Rule:
    """Return the rule that each bucket has a resource of a type for which something holds."""

    def rule(resources: Resources) -> bool | None:
        buckets = of(resources, BUCKET)
        fitting = {item.inputs["bucket"] for item in of(resources, typ) if holds(item)}
        return len(fitting) >= len(buckets) if buckets else None

    return rule


def refuses(action: str, context: dict[str, str]) -> Callable[[Recorded], bool]:
    """Return whether a bucket policy denies a request of any principal to the bucket and to its objects."""

    def check(item: Recorded) -> bool:
        base = f"arn:aws:s3:::{item.inputs['bucket']}"
        policy = statements(item.inputs["policy"])
        answers = {
            decide(Request(action=action, resource=arn, context=context), Policies(identity=[], resource=policy))
            for arn in ((base, f"{base}/x") if action == "s3:ListBucket" else (f"{base}/x",))
        }
        return answers == {Decision.EXPLICIT_DENY}

    return check


INSECURE = {"aws:SecureTransport": "false"}


def write_once(resources: Resources) -> bool | None:
    """Return whether the artifact bucket denies overwrites, deletions, and writes by anyone but the first stage."""
    found = [item for item in of(resources, BUCKET_POLICY) if item.name == "artifacts-policy"]
    if not found:
        return None
    role = {"aws:PrincipalArn": f"arn:aws:iam::123456789012:role/{PREFIX}deploy-dev", "aws:SecureTransport": "true"}
    other = {**role, "aws:PrincipalArn": "arn:aws:iam::123456789012:role/admin", "s3:if-none-match": "*"}
    return all(
        refuses(action, context)(item)
        for item in found
        for action, context in (
            ("s3:PutObject", {**role, "s3:ObjectCreationOperation": "true"}),
            ("s3:DeleteObject", role),
            ("s3:PutObject", other),
        )
    )


def queue_policies_are_closed(resources: Resources) -> bool | None:
    """Return whether no queue policy allows everyone."""
    if not of(resources, QUEUE):
        return None
    texts = [item.inputs.get("policy") for item in of(resources, QUEUE, QUEUE_POLICY)]
    found = [statement for text in texts if text for statement in json.loads(text)["Statement"]]
    return not any(s["Effect"] == "Allow" and s.get("Principal") in ("*", {"AWS": "*"}) for s in found)


def tables_are_watched(resources: Resources) -> bool | None:
    """Return whether each table has alarms for throttled reads and throttled writes."""
    tables = of(resources, TABLE)
    watched = {
        (item.inputs["metricName"], at(item.inputs, "dimensions.TableName"))
        for item in of(resources, ALARM)
        if item.inputs.get("actionsEnabled") is not False
    }
    both = {metric: {name for found, name in watched if found == metric} for metric, _ in watched}
    kinds = ("ReadThrottleEvents", "WriteThrottleEvents")
    return all(len(both.get(kind, set())) == len(tables) for kind in kinds) if tables else None


def lasts_a_year(item: Recorded) -> bool:
    """Return whether logs are stored for 365 days or forever (CloudWatch.16)."""
    days = item.inputs.get("retentionInDays") or 0
    return days == 0 or days >= A_YEAR


@dataclass(frozen=True, kw_only=True)
class Control:
    """A rule, with a change of the resources that breaks it and one that satisfies it."""

    rule: Rule
    without: Callable[[Resources], Resources] | None = None
    given: Callable[[Resources], Resources] | None = None
