import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from pipeline.limits import PERMISSION, ROUTE, Concurrency, account_concurrency, problems
from pipeline.preview import FUNCTION, UNKNOWN
from tests.account import program
from tests.pipeline.previews import previewed, step

NEW_ACCOUNT = Concurrency(total=10, unreserved=10)
USUAL_ACCOUNT = Concurrency(total=1_000, unreserved=1_000)


def first_up(stack: str) -> list[dict[str, Any]]:
    """Return the steps of the first update of a stack of this program."""
    resources = [item for item in program(stack).resources if item.custom]
    return [step("create", item.typ, item.name, (None, item.inputs)) for item in resources]


def reserved(operation: str, before: int | None, after: int | None) -> dict[str, Any]:
    def inputs(number: int | None) -> dict[str, Any] | None:
        return None if number is None else {"reservedConcurrentExecutions": number} if number else {}

    return step(operation, FUNCTION, f"f{before}{after}", (inputs(before), inputs(after)))


def test_prod_exceeds_the_limits_of_a_new_account(tmp_path: Path) -> None:
    """Eight functions at 50, and a new account has 10."""
    (message,) = problems(previewed(tmp_path, first_up("prod")), NEW_ACCOUNT)
    assert "would reserve 400 more concurrent executions, but only 0 are available" in message
    assert "Lower reservedConcurrency" in message


@pytest.mark.parametrize(
    ("stack", "account"), [("prod", USUAL_ACCOUNT), ("dev", NEW_ACCOUNT), ("staging", NEW_ACCOUNT)]
)
def test_each_stack_fits_its_account(tmp_path: Path, stack: str, account: Concurrency) -> None:
    assert problems(previewed(tmp_path, first_up(stack)), account) == []


@pytest.mark.parametrize(
    ("steps", "unreserved", "fits"),
    [
        ([reserved("update", 50, 60)], 110, True),
        ([reserved("update", 50, 61)], 110, False),
        ([reserved("create", None, 50)], 150, True),
        ([reserved("create", None, 50)], 149, False),
        ([reserved("same", 900, 900)], 100, True),
        ([reserved("update", 50, 0)], 0, True),
        # The order of two updates is unknown.
        ([reserved("update", 100, 0), reserved("update", 0, 100)], 150, False),
        ([reserved("delete", 100, None), reserved("create", None, 100)], 150, False),
        ([reserved("replace", 50, 50)], 149, False),
    ],
)
def test_reservations_are_compared_with_the_available_concurrency(
    tmp_path: Path, steps: list[dict[str, Any]], unreserved: int, *, fits: bool
) -> None:
    account = Concurrency(total=1_000, unreserved=unreserved)
    assert (problems(previewed(tmp_path, steps), account) == []) is fits


def function(variables: Mapping[str, str]) -> dict[str, Any]:
    return step("update", FUNCTION, "analytics-api-function", ({}, {"environment": {"variables": dict(variables)}}))


def test_an_environment_may_have_4_kb(tmp_path: Path) -> None:
    assert problems(previewed(tmp_path, [function({"SITES": "x" * 4_091})])) == []
    (message,) = problems(previewed(tmp_path, [function({"SITES": "x" * 4_092, "A": ""})]))
    assert "analytics-api-function would have 4098 bytes of environment variables" in message
    assert "largest is SITES" in message


def test_bytes_are_counted_and_not_characters(tmp_path: Path) -> None:
    assert problems(previewed(tmp_path, [function({"SITES": "ü" * 2_046})]))


def test_too_many_sites_are_reported_before_the_update(tmp_path: Path) -> None:
    sites = json.dumps([f"https://site-{number}.example.com" for number in range(150)])
    item = next(i for i in program("dev", analyticsSites=sites).resources if i.name == "analytics-api-function")
    (message,) = problems(previewed(tmp_path, [step("update", item.typ, item.name, ({}, item.inputs))]))
    assert "ANALYTICS_SITES" in message


def test_an_unknown_value_counts_as_a_long_one(tmp_path: Path) -> None:
    assert problems(previewed(tmp_path, [function({f"TABLE_{number}": UNKNOWN for number in range(40)})]))


def test_300_routes_fit_and_one_more_does_not(tmp_path: Path) -> None:
    def routes(count: int) -> list[dict[str, Any]]:
        return [step("same" if n else "create", ROUTE, f"r{n}", ({}, {"apiId": "a"})) for n in range(count)]

    assert problems(previewed(tmp_path, routes(300))) == []
    (message,) = problems(previewed(tmp_path, routes(301)))
    assert "301 routes; an HTTP API allows 300" in message
    gone = [step("delete", ROUTE, "r0", ({"apiId": "a"}, None)), *routes(301)[1:]]
    assert problems(previewed(tmp_path, gone)) == []


def test_routes_are_counted_by_api(tmp_path: Path) -> None:
    """Ids are unknown before the first update; references identify the resources."""
    steps = [
        step("create", ROUTE, f"{api}{n}", (None, {"apiId": UNKNOWN}), {"apiId": [f"urn:{api}"]})
        for api in ("a", "b")
        for n in range(200)
    ]
    assert problems(previewed(tmp_path, steps)) == []


def test_a_function_takes_20_kb_of_permissions(tmp_path: Path) -> None:
    def permissions(count: int) -> list[dict[str, Any]]:
        arn = "arn:aws:execute-api:eu-west-1:123456789012:abc/*/GET/a-path"
        inputs = {"function": UNKNOWN, "sourceArn": arn}
        return [
            step("create", PERMISSION, f"p{n}", (None, inputs), {"function": ["urn:x::echo"]}) for n in range(count)
        ]

    assert problems(previewed(tmp_path, permissions(30))) == []
    (message,) = problems(previewed(tmp_path, permissions(80)))
    assert "the routes of echo would need about" in message


def test_account_concurrency_is_read_with_one_request() -> None:
    client = boto3.client("lambda", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
    with Stubber(client) as stub:
        limit = {"ConcurrentExecutions": 1_000, "UnreservedConcurrentExecutions": 900}
        stub.add_response("get_account_settings", {"AccountLimit": limit}, {})
        assert account_concurrency(client) == Concurrency(total=1_000, unreserved=900)
