import json

import pytest

from tests.emulator.conftest import Local
from tests.emulator.http import Reply, post

JSON = {"content-type": "application/json"}
PAYLOAD_LIMIT = 6_291_556


@pytest.fixture
def url(local: Local) -> str:
    return f"{local.outputs['apiUrl']}/echo"


def problem(reply: Reply) -> dict[str, object]:
    assert reply.headers["content-type"] == "application/problem+json"
    found: dict[str, object] = json.loads(reply.body)
    assert found["status"] == reply.status
    assert found["requestId"]
    return found


@pytest.mark.parametrize("message", ["hi", "", "né 😀", 'a "quote" and a \\', "\u0000\u001f"])
def test_a_message_comes_back_three_times(url: str, message: str) -> None:
    reply = post(url, json.dumps({"message": message}).encode(), JSON)
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/json"
    assert json.loads(reply.body) == {"echo": f"{message}... {message}... {message}..."}


def test_the_content_type_does_not_matter(url: str) -> None:
    """Without a textual content type API Gateway passes the body as base64."""
    reply = post(url, b'{"message": "hi"}', {"content-type": "application/x-www-form-urlencoded"})
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
def test_a_body_that_is_no_message_is_refused_with_what_to_send(url: str, body: bytes) -> None:
    found = problem(post(url, body, JSON))
    assert (found["status"], found["errorType"]) == (400, "InvalidMessage")
    assert '{"message": "hi"}' in str(found["detail"])


def test_a_message_whose_echo_is_over_the_limit_of_lambda_is_refused_with_the_limit(url: str) -> None:
    found = problem(post(url, json.dumps({"message": "x" * 6_000_000}).encode(), JSON))
    assert (found["status"], found["errorType"]) == (413, "MessageTooLarge")
    assert str(PAYLOAD_LIMIT) in str(found["detail"])


def test_the_largest_echo_gets_through(url: str) -> None:
    message = "x" * (PAYLOAD_LIMIT // 3 - 200)
    reply = post(url, json.dumps({"message": message}).encode(), JSON)
    assert reply.status == 200
    assert len(reply.body) > 3 * len(message)


def test_a_direct_invocation_is_answered_and_refused_by_type(local: Local) -> None:
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
