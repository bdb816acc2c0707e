import json

import pytest

from pipeline.http_client import Response, request
from tests.emulator.conftest import Local

JSON = {"content-type": "application/json"}
PAYLOAD_LIMIT = 6_291_556


@pytest.fixture
def url(local: Local) -> str:
    return f"{local.outputs['apiUrl']}/echo"


def problem(reply: Response) -> dict[str, object]:
    assert reply.headers["content-type"] == "application/problem+json"
    found: dict[str, object] = json.loads(reply.body)
    assert found["status"] == reply.status
    assert found["requestId"]
    return found


@pytest.mark.parametrize("message", ["hi", "", "né 😀", 'a "quote" and a \\', "\u0000\u001f"])
def test_a_message_comes_back_three_times(url: str, message: str) -> None:
    reply = request("POST", url, json.dumps({"message": message}).encode(), JSON)
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/json"
    assert json.loads(reply.body) == {"echo": f"{message}... {message}... {message}..."}


def test_the_content_type_does_not_matter(url: str) -> None:
    """Without a textual content type, API Gateway passes the body as base64."""
    reply = request("POST", url, b'{"message": "hi"}', {"content-type": "application/x-www-form-urlencoded"})
    assert json.loads(reply.body) == {"echo": "hi... hi... hi..."}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'["hi"]',
        b'"hi"',
        b"{}",
        b'{"message": 1}',
        b'{"message": null}',
        b'{"message": "hi", "more": 1}',
        b'{"message": "a", "message": "b"}',
        b"[" * 100_000,
        b'{"message": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_an_invalid_body_is_rejected_with_instructions(url: str, body: bytes) -> None:
    found = problem(request("POST", url, body, JSON))
    assert (found["status"], found["errorType"]) == (400, "InvalidMessage")
    assert '{"message": "hi"}' in str(found["detail"])


def test_a_message_over_lambdas_limit_is_rejected(url: str) -> None:
    found = problem(request("POST", url, json.dumps({"message": "x" * 6_000_000}).encode(), JSON))
    assert (found["status"], found["errorType"]) == (413, "MessageTooLarge")
    assert str(PAYLOAD_LIMIT) in str(found["detail"])


def test_the_largest_echo_is_returned(url: str) -> None:
    message = "x" * (PAYLOAD_LIMIT // 3 - 200)
    reply = request("POST", url, json.dumps({"message": message}).encode(), JSON)
    assert reply.status == 200
    assert len(reply.body) > 3 * len(message)


def test_direct_invocations_return_results_and_typed_errors(local: Local) -> None:
    functions = local.context.client("lambda")

    def invoke(payload: bytes) -> tuple[bool, dict[str, str]]:
        answer = functions.invoke(FunctionName=local.outputs["functions"]["echo"], Payload=payload)
        return "FunctionError" in answer, json.loads(answer["Payload"].read())

    assert invoke(b'{"message": "hi"}') == (False, {"echo": "hi... hi... hi..."})
    for payload, error_type in (
        (b"{}", "InvalidMessage"),
        (b'{"message": 1}', "InvalidMessage"),
        (b'"hi"', "InvalidMessage"),
        (json.dumps({"message": "x" * 6_000_000}).encode(), "MessageTooLarge"),
    ):
        failed, error = invoke(payload)
        assert failed
        assert error["errorType"] == error_type
