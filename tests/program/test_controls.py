"""Compares each row of docs/controls.md with the resources of the stacks and of the account."""

import dataclasses
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from rules import RULES

from tests.account import bootstrap, program
from tests.program import controls as c
from tests.program.controls import Control, Resources, about_each_bucket, all_of, every, has, none_of, obeys, policies
from tests.recording import ROOT, Recorded

STACKS = ("dev", "staging", "prod")
COLUMNS = (*STACKS, "account")
WORDS = {True: "on", False: "off", None: "-"}

Change = Callable[[Resources], Resources]


def one(typ: str, **inputs: Any) -> Change:
    """Return a change of one resource of a type; None removes an input."""

    def change(resources: Resources) -> Resources:
        last = [item for item in resources if item.typ == typ and item.name != c.STATE_TABLE][-1]
        return [_with(item, inputs) if item is last else item for item in resources]

    return change


def each(typ: str, **inputs: Any) -> Change:
    """Return a change of all resources of a type."""
    return lambda resources: [_with(item, inputs) if item.typ == typ else item for item in resources]


def _with(item: Recorded, inputs: Mapping[str, Any]) -> Recorded:
    changed = {key: value for key, value in {**item.inputs, **inputs}.items() if value is not None}
    return dataclasses.replace(item, inputs=changed)


def less(typ: str) -> Change:
    """Return a change that removes a resource of a type."""

    def change(resources: Resources) -> Resources:
        last = [item for item in resources if item.typ == typ][-1]
        return [item for item in resources if item is not last]

    return change


def more(typ: str, **inputs: Any) -> Change:
    """Return a change that adds a resource of a type."""

    def change(resources: Resources) -> Resources:
        return [*resources, dataclasses.replace(resources[0], typ=typ, name="new", inputs=inputs, custom=True)]

    return change


def both(*changes: Change) -> Change:
    def change(resources: Resources) -> Resources:
        for one_change in changes:
            resources = one_change(resources)
        return resources

    return change


def allows(action: str, resource: str = "*", **condition: Any) -> Change:
    """Return a change that allows a role an action."""
    statement: dict[str, Any] = {"Effect": "Allow", "Action": [action], "Resource": [resource]}
    statement |= {"Condition": condition} if condition else {}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return more(c.ROLE_POLICY, role="x", policy=document)


def restricts_everything(resources: Resources) -> Resources:
    """Replace the star with a resource name in every policy."""

    def named(policy: str) -> str:
        document = json.loads(policy)
        for statement in document["Statement"]:
            if statement["Resource"] == ["*"]:
                statement["Resource"] = ["arn:aws:x:::y"]
        return json.dumps(document)

    kinds = (c.ROLE_POLICY, c.MANAGED_POLICY)
    return [_with(item, {"policy": named(item.inputs["policy"])}) if item.typ in kinds else item for item in resources]


def without_condition(resources: Resources) -> Resources:
    """Remove the condition on iam:CreateRole from the workflows' roles."""

    def without(policy: str) -> str:
        document = json.loads(policy)
        for statement in document["Statement"]:
            if "iam:CreateRole" in statement["Action"]:
                del statement["Condition"]
        return json.dumps(document)

    return [
        _with(item, {"policy": without(item.inputs["policy"])}) if item.typ == c.ROLE_POLICY else item
        for item in resources
    ]


def allowing_overwrites(resources: Resources) -> Resources:
    def without(policy: str) -> str:
        document = json.loads(policy)
        document["Statement"] = [s for s in document["Statement"] if "Null" not in s.get("Condition", {})]
        return json.dumps(document)

    return [
        _with(item, {"policy": without(item.inputs["policy"])}) if item.name == "artifacts-policy" else item
        for item in resources
    ]


DATA = (c.STATE_TABLE,)
KEY = "arn:aws:kms:eu-west-1:123456789012:key/a"
CONTROLS: Mapping[str, Control] = {
    "Permissions name their source": Control(
        rule=obeys("permissions-name-their-source"), without=one(c.PERMISSION, sourceArn=None)
    ),
    "Routes state their authorization": Control(
        rule=obeys("routes-state-their-authorization"), without=one(c.ROUTE, authorizationType=None)
    ),
    "Every route requires authorization": Control(
        rule=has(c.ROUTE, "authorizationType", "JWT", "AWS_IAM", "CUSTOM"), given=each(c.ROUTE, authorizationType="JWT")
    ),
    "Access logs of the API": Control(rule=obeys("stages-log-accesses"), without=one(c.STAGE, accessLogSettings=None)),
    "Throttling of each route": Control(rule=c.throttled, without=more(c.ROUTE, routeKey="GET /new")),
    "IAM: no `*` for all actions": Control(rule=policies(c.no_star_action), without=allows("*", "arn:aws:s3:::a")),
    "IAM: no escalation, no credentials, no data of everything": Control(
        rule=policies(c.no_escalation), without=allows("sts:AssumeRole")
    ),
    "IAM: no permissions and no writes for everything": Control(
        rule=policies(c.no_change_of_everything), without=allows("dynamodb:PutItem")
    ),
    "IAM: no `*` for resources that AWS could name": Control(
        rule=policies(c.no_star_resource),
        without=allows("dynamodb:DescribeTable", StringEquals={"aws:RequestedRegion": "eu-west-1"}),
        given=restricts_everything,
    ),
    "Permissions boundary of functions' roles": Control(
        rule=c.boundary_is_required, without=without_condition, given=each(c.ROLE, permissionsBoundary="arn:aws:iam::1")
    ),
    "Log retention": Control(rule=obeys("log-groups-have-a-retention"), without=one(c.LOGS, retentionInDays=None)),
    "Logs for a year": Control(rule=every(c.LOGS, c.lasts_a_year), given=each(c.LOGS, retentionInDays=365)),
    "Secrets out of environments": Control(
        rule=obeys("environments-contain-no-secret"),
        without=one(c.FUNCTION, environment={"variables": {"DB_PASSWORD": "x"}}),
    ),
    "Point-in-time recovery of data": Control(
        rule=has(c.TABLE, "pointInTimeRecovery.enabled", True, but=DATA),
        without=one(c.TABLE, pointInTimeRecovery={"enabled": False}),
        given=each(c.TABLE, pointInTimeRecovery={"enabled": True}),
    ),
    "Point-in-time recovery of every table": Control(
        rule=has(c.TABLE, "pointInTimeRecovery.enabled", True),
        given=each(c.TABLE, pointInTimeRecovery={"enabled": True}),
    ),
    "Deletion protection of data": Control(
        rule=has(c.TABLE, "deletionProtectionEnabled", True, but=DATA),
        without=one(c.TABLE, deletionProtectionEnabled=False),
        given=each(c.TABLE, deletionProtectionEnabled=True),
    ),
    "Deletion protection of every table": Control(
        rule=has(c.TABLE, "deletionProtectionEnabled", True), given=each(c.TABLE, deletionProtectionEnabled=True)
    ),
    "Deletion protection of users": Control(
        rule=has(c.POOL, "deletionProtection", "ACTIVE"),
        without=one(c.POOL, deletionProtection="INACTIVE"),
        given=each(c.POOL, deletionProtection="ACTIVE"),
    ),
    "Tracing": Control(
        rule=has(c.FUNCTION, "tracingConfig.mode", "Active"),
        without=one(c.FUNCTION, tracingConfig={"mode": "PassThrough"}),
        given=each(c.FUNCTION, tracingConfig={"mode": "Active"}),
    ),
    "Reserved concurrency": Control(
        rule=has(c.FUNCTION, "reservedConcurrentExecutions"),
        without=one(c.FUNCTION, reservedConcurrentExecutions=None),
        given=each(c.FUNCTION, reservedConcurrentExecutions=1),
    ),
    "Encryption of queues": Control(
        rule=obeys("queues-are-encrypted"),
        without=one(c.QUEUE, sqsManagedSseEnabled=False),
    ),
    "Queues are private to the account": Control(
        rule=c.queue_policies_are_closed,
        without=more(
            c.QUEUE_POLICY,
            policy=json.dumps(
                {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"}]}
            ),
        ),
    ),
    "Private buckets": Control(
        rule=all_of(about_each_bucket(c.PRIVATE, lambda _: True), obeys("buckets-are-private")),
        without=one(c.PRIVATE, ignorePublicAcls=False),
    ),
    "TLS only for buckets": Control(
        rule=all_of(
            about_each_bucket(c.BUCKET_POLICY, c.refuses("s3:GetObject", c.INSECURE)),
            about_each_bucket(c.BUCKET_POLICY, c.refuses("s3:ListBucket", c.INSECURE)),
        ),
        without=less(c.BUCKET_POLICY),
    ),
    "Versions of objects": Control(
        rule=about_each_bucket(c.VERSIONING, lambda v: c.at(v.inputs, "versioningConfiguration.status") == "Enabled"),
        without=one(c.VERSIONING, versioningConfiguration={"status": "Suspended"}),
        given=lambda r: both(
            *(more(c.VERSIONING, bucket=b, versioningConfiguration={"status": "Enabled"}) for b in c.bucket_names(r))
        )(r),
    ),
    "Access logs of buckets": Control(
        rule=about_each_bucket("aws:s3/bucketLogging:BucketLogging", lambda _: True),
        given=lambda r: both(*(more("aws:s3/bucketLogging:BucketLogging", bucket=b) for b in c.bucket_names(r)))(r),
    ),
    "Data events of buckets and tables": Control(
        rule=lambda r: any(item.inputs.get("eventSelectors") for item in c.of(r, c.TRAIL)),
        given=more(c.TRAIL, eventSelectors=[{"dataResources": []}]),
    ),
    "Write-once artifacts": Control(rule=c.write_once, without=allowing_overwrites),
    "Strong passwords": Control(
        rule=obeys("passwords-are-strong"), without=one(c.POOL, passwordPolicy={"minimumLength": 14})
    ),
    "Second factor offered": Control(
        rule=obeys("a-second-factor-is-offered"), without=one(c.POOL, mfaConfiguration="OFF")
    ),
    "No guest identities": Control(
        rule=none_of("aws:cognito/identityPool", c.POOL), without=more("aws:cognito/identityPool:IdentityPool")
    ),
    "Failed records of streams are stored": Control(
        rule=obeys("streams-end-in-a-queue"),
        without=each(c.MAPPING, destinationConfig=None),
    ),
    "Alarms for throttled tables": Control(rule=c.tables_are_watched, without=more(c.TABLE)),
    "Alarm for bursts of 429": Control(
        rule=lambda r: (
            any(item.inputs["metricName"] == "ThrottledRequests" for item in c.of(r, c.ALARM))
            if c.of(r, c.API)
            else None
        ),
        without=each(c.ALARM, metricName="Errors"),
    ),
    "Alarm for cost": Control(rule=lambda r: None if c.of(r, c.API) else bool(c.of(r, c.BUDGET)), given=more(c.BUDGET)),
    "Dead-letter queue of functions": Control(
        rule=has(c.FUNCTION, "deadLetterConfig"), given=each(c.FUNCTION, deadLetterConfig={"targetArn": "a"})
    ),
    "VPC": Control(rule=has(c.FUNCTION, "vpcConfig"), given=each(c.FUNCTION, vpcConfig={"subnetIds": ["a"]})),
    "Code signing": Control(
        rule=has(c.FUNCTION, "codeSigningConfigArn"), given=each(c.FUNCTION, codeSigningConfigArn="a")
    ),
    "Customer-managed keys for environments": Control(
        rule=has(c.FUNCTION, "kmsKeyArn"), given=each(c.FUNCTION, kmsKeyArn=KEY)
    ),
    "Customer-managed keys for tables": Control(
        rule=has(c.TABLE, "serverSideEncryption.kmsKeyArn"),
        given=each(c.TABLE, serverSideEncryption={"enabled": True, "kmsKeyArn": KEY}),
    ),
    "Customer-managed keys for logs": Control(rule=has(c.LOGS, "kmsKeyId"), given=each(c.LOGS, kmsKeyId=KEY)),
    "Encryption of the alarm topic": Control(
        rule=has(c.TOPIC, "kmsMasterKeyId"), given=each(c.TOPIC, kmsMasterKeyId=KEY)
    ),
    "WAF": Control(
        rule=lambda r: any(item.typ.startswith("aws:wafv2") for item in r) if c.of(r, c.API) else None,
        given=more("aws:wafv2/webAclAssociation:WebAclAssociation"),
    ),
    "Threat protection of the user pool": Control(
        rule=has(c.POOL, "userPoolAddOns.advancedSecurityMode", "ENFORCED"),
        given=each(c.POOL, userPoolAddOns={"advancedSecurityMode": "ENFORCED"}),
    ),
}


def rows() -> list[list[str]]:
    """Return the cells of each row: name, ids, one for each column, and the reason."""
    lines = (ROOT / "docs" / "controls.md").read_text().splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return cells[1:]


def row(name: str) -> list[str]:
    (found,) = [cells for cells in rows() if cells[0] == name]
    return found


def resources(column: str) -> Resources:
    """Return the resources of a stack, with an alarm topic, or of the account."""
    if column == "account":
        return bootstrap()[0].resources
    return program(column, alarmEmail="on-call@example.com").resources


def test_every_row_is_checked_and_every_check_has_a_row() -> None:
    assert [name for name, *_ in rows()] == list(CONTROLS)


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("name", CONTROLS)
def test_a_control_is_on_or_off_as_its_row_says(name: str, column: str) -> None:
    cell = row(name)[2 + COLUMNS.index(column)]
    assert cell == WORDS[CONTROLS[name].rule(resources(column))]


@pytest.mark.parametrize(
    ("name", "column"),
    [(cells[0], column) for cells in rows() for column, cell in zip(COLUMNS, cells[2:], strict=False) if cell == "on"],
)
def test_a_control_is_off_after_the_change_that_breaks_it(name: str, column: str) -> None:
    without = CONTROLS[name].without
    assert without is not None, "a row that is on needs a change that turns it off"
    assert CONTROLS[name].rule(without(resources(column))) is False


@pytest.mark.parametrize(
    ("name", "column"),
    [(cells[0], column) for cells in rows() for column, cell in zip(COLUMNS, cells[2:], strict=False) if cell == "off"],
)
def test_a_control_is_on_after_the_change_that_satisfies_it(name: str, column: str) -> None:
    given = CONTROLS[name].given
    assert given is not None, "a row that is off needs a change that turns it on"
    assert CONTROLS[name].rule(given(resources(column))) is True


def test_an_id_is_claimed_once() -> None:
    ids = [one_id.strip() for _, ids, *_ in rows() for one_id in ids.split(",") if one_id.strip()]
    assert len(ids) == len(set(ids))


def test_a_policy_and_its_row_have_the_same_ids() -> None:
    stated = [[one_id.strip() for one_id in ids.split(",")] for _, ids, *_ in rows()]
    for policy in RULES:
        assert not policy.ids or list(policy.ids) in stated, policy.name


def test_a_control_that_is_off_has_a_reason() -> None:
    for name, _, *columns, reason in rows():
        assert reason or "off" not in columns, name


@pytest.mark.parametrize(
    ("action", "rule"),
    [
        ("iam:PassRole", c.no_change_of_everything),
        ("logs:PutResourcePolicy", c.no_change_of_everything),
        ("s3:PutObject", c.no_change_of_everything),
        ("secretsmanager:GetSecretValue", c.no_escalation),
        ("iam:CreatePolicyVersion", c.no_escalation),
        ("dynamodb:*", c.no_change_of_everything),
        ("*", c.no_escalation),
    ],
)
def test_iam_rules_find_their_actions(action: str, rule: Callable[[Any], bool]) -> None:
    statement = {"Effect": "Allow", "Action": [action], "Resource": ["*"]}
    assert rule([statement]) is False
    assert rule([{**statement, "Resource": ["arn:aws:s3:::a"]}]) is True
