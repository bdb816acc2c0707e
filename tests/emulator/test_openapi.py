"""Generated requests: every response conforms to the served OpenAPI document."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from schemathesis.checks import CHECKS
from schemathesis.core.result import Ok

from local.tokens import SignIn, machine_token
from tests.emulator.conftest import Local

WANTED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)

OPERATIONS = 5
EXAMPLES = 20
"""Number of requests per operation and seed."""


@pytest.fixture(scope="module")
def token(local: Local) -> str:
    return machine_token(local.context, SignIn.from_outputs(local.outputs))


@pytest.fixture(scope="module")
def document(local: Local) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_url(f"{local.outputs['apiUrl']}/openapi.json")


@pytest.mark.parametrize("start", range(4))
def test_every_response_conforms_to_the_document(
    local: Local, document: schemathesis.BaseSchema, token: str, start: int
) -> None:
    checks: list[Any] = [CHECKS.get_one(name) for name in WANTED]
    operations = [operation.ok() for operation in document.get_all_operations() if isinstance(operation, Ok)]
    assert len(operations) == OPERATIONS
    for operation in operations:

        @seed(start)
        @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def check(case: schemathesis.Case[Any]) -> None:
            case.call_and_validate(
                base_url=local.outputs["apiUrl"], headers={"authorization": f"Bearer {token}"}, checks=checks
            )

        check()
