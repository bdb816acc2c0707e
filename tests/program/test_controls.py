"""Each row of docs/controls.md says what the stacks really do."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from rules import ALLOWED_STARS

from tests.recording import ROOT, Recording, record_program

STACKS = ("dev", "staging", "prod")
FUNCTION = "aws:lambda/function:Function"
TABLE = "aws:dynamodb/table:Table"
DISPOSABLE = "analytics-state-table"
"""A table that must never be backed up: what is deleted there is gone."""


def rows() -> list[list[str]]:
    """Return the cells of each row: name, ids, a cell for each stack, and the reason."""
    lines = (ROOT / "docs" / "controls.md").read_text().splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]
    return cells[1:]


def inputs(recording: Recording, typ: str) -> list[Mapping[str, Any]]:
    found = [resource.inputs for resource in recording.of_type(typ)]
    assert found, typ
    return found


def tables(recording: Recording) -> list[Mapping[str, Any]]:
    return [table.inputs for table in recording.of_type(TABLE) if table.name != DISPOSABLE]


def statements(recording: Recording) -> Iterator[tuple[str, dict[str, Any]]]:
    for policy in recording.of_type("aws:iam/rolePolicy:RolePolicy"):
        for statement in json.loads(policy.inputs["policy"])["Statement"]:
            yield policy.name, statement


def is_throttled(recording: Recording) -> bool:
    (stage,) = inputs(recording, "aws:apigatewayv2/stage:Stage")
    routes = {route["routeKey"] for route in inputs(recording, "aws:apigatewayv2/route:Route")}
    return {s["routeKey"] for s in stage["routeSettings"] if s["throttlingRateLimit"] > 0} == routes


def has_no_stars(recording: Recording) -> bool:
    return not any(
        "*" in json.dumps([statement["Action"], statement["Resource"]])
        for name, statement in statements(recording)
        if not name.endswith(tuple(ALLOWED_STARS))
    )


def has(typ: str, name: str) -> Callable[[Recording], bool]:
    """Return a check that every resource of a type has an input that is neither empty nor off."""
    return lambda recording: all(resource.get(name) for resource in inputs(recording, typ))


def has_type(typ: str) -> Callable[[Recording], bool]:
    """Return a check that there is a resource whose type starts so."""
    return lambda recording: any(resource.typ.startswith(typ) for resource in recording.resources)


def pool(name: str) -> Callable[[Recording], Any]:
    """Return a reader of an input of the user pool."""
    return lambda recording: inputs(recording, "aws:cognito/userPool:UserPool")[0].get(name)


CONTROLS: Mapping[str, Callable[[Recording], bool]] = {
    "Permissions name their source": has("aws:lambda/permission:Permission", "sourceArn"),
    "Routes state their authorization": has("aws:apigatewayv2/route:Route", "authorizationType"),
    "Access logs": has("aws:apigatewayv2/stage:Stage", "accessLogSettings"),
    "Throttling of each route": is_throttled,
    "IAM without stars": has_no_stars,
    "Log retention": has("aws:cloudwatch/logGroup:LogGroup", "retentionInDays"),
    "Secrets out of environments": lambda recording: (
        not any(
            {"SECRET", "PASSWORD", "KEY"} & set(name.split("_"))
            for function in inputs(recording, FUNCTION)
            for name in function["environment"]["variables"]
        )
    ),
    "Point-in-time recovery": lambda r: all(table["pointInTimeRecovery"]["enabled"] for table in tables(r)),
    "Deletion protection of tables": lambda r: all(table["deletionProtectionEnabled"] for table in tables(r)),
    "Deletion protection of users": lambda r: pool("deletionProtection")(r) == "ACTIVE",
    "Tracing": has(FUNCTION, "tracingConfig"),
    "Reserved concurrency": has(FUNCTION, "reservedConcurrentExecutions"),
    "Encryption of queues": has("aws:sqs/queue:Queue", "sqsManagedSseEnabled"),
    "Private bucket": has("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "restrictPublicBuckets"),
    "TLS only for the bucket": lambda r: (
        "aws:SecureTransport" in inputs(r, "aws:s3/bucketPolicy:BucketPolicy")[0]["policy"]
    ),
    "Long passwords": lambda r: pool("passwordPolicy")(r)["minimumLength"] >= 14,
    "Second factor offered": lambda r: pool("mfaConfiguration")(r) == "OPTIONAL",
    "No guest identities": lambda r: not has_type("aws:cognito/identityPool")(r),
    "Failures of streams are kept": has("aws:lambda/eventSourceMapping:EventSourceMapping", "destinationConfig"),
    "Dead-letter queue of functions": has(FUNCTION, "deadLetterConfig"),
    "VPC": has(FUNCTION, "vpcConfig"),
    "Code signing": has(FUNCTION, "codeSigningConfigArn"),
    "Customer-managed keys for environments": has(FUNCTION, "kmsKeyArn"),
    "Customer-managed keys for tables": has(TABLE, "serverSideEncryption"),
    "Customer-managed keys for logs": has("aws:cloudwatch/logGroup:LogGroup", "kmsKeyId"),
    "Encryption of the alarm topic": has("aws:sns/topic:Topic", "kmsMasterKeyId"),
    "WAF": has_type("aws:wafv2"),
    "Threat protection of the user pool": lambda r: bool(pool("userPoolAddOns")(r)),
}


@pytest.fixture(scope="module", params=STACKS)
def recorded(request: pytest.FixtureRequest) -> tuple[str, Recording]:
    """A stack's resources, with an address for alarms, so that the topic is among them."""
    stack: str = request.param
    return stack, record_program(stack, config={"rust-serverless:alarmEmail": "on-call@example.com"})[0]


def test_every_row_is_checked_and_every_check_has_a_row() -> None:
    assert [name for name, *_ in rows()] == list(CONTROLS)


@pytest.mark.parametrize("name", CONTROLS)
def test_a_control_is_on_or_off_as_its_row_says(recorded: tuple[str, Recording], name: str) -> None:
    stack, recording = recorded
    (row,) = [row for row in rows() if row[0] == name]
    said = row[2 + STACKS.index(stack)]
    assert said == ("on" if CONTROLS[name](recording) else "off"), f"{name} in {stack}"


def test_what_is_off_has_its_reason() -> None:
    for name, _, *stacks, reason in rows():
        assert reason or "off" not in stacks, name
