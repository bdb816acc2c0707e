import dataclasses
import threading
from collections.abc import Iterator
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from pipeline.http_client import Response
from pipeline.samples import SampleRequest, sample_requests
from pipeline.smoke import ATTEMPTS, USER_AGENT, Send, call, problem, smoke
from tests.pipeline.recorded import recorded_json
from tests.recording import ROOT

OPEN = SampleRequest(
    route_key="POST /echo",
    function="echo",
    method="POST",
    path="/echo?a=1",
    headers={"content-type": "text/plain", "authorization": "Bearer x"},
    body=b"hi",
    guarded=False,
)
GUARDED = SampleRequest(
    route_key="GET /list", function="list", method="GET", path="/list", headers={}, body=b"", guarded=True
)


def response(status: int, content_type: str = "application/json") -> Response:
    headers = Message()
    headers["content-type"] = content_type
    return Response(status=status, headers=headers)


def test_every_route_of_the_stack_is_called() -> None:
    outputs = recorded_json("outputs")
    found = sample_requests(ROOT, outputs)
    assert {sample.route_key for sample in found} == set(outputs["routes"])
    assert {sample.route_key for sample in found if sample.guarded} == set(outputs["guardedRoutes"])


def test_a_route_gets_its_handler_s_sample() -> None:
    found = {sample.route_key: sample for sample in sample_requests(ROOT, recorded_json("outputs"))}
    assert b'"message"' in found["POST /echo"].body
    assert found["POST /glitch"].path == "/glitch?seed=7&steps=7"
    assert found["POST /glitch"].body == bytes(range(64)), "the sample is base64-encoded"
    assert "{" not in found["GET /currencies/{code}"].path


def test_a_route_without_a_sample_gets_an_empty_object() -> None:
    (sample,) = sample_requests(ROOT, {"routes": {"POST /new": "new"}, "guardedRoutes": {}})
    assert (sample.path, sample.body) == ("/new", b"{}")


@pytest.mark.parametrize("status", [200, 201, 204, 304])
def test_a_public_route_that_responds_works(status: int) -> None:
    assert problem(OPEN, response(status)) is None


def test_a_handler_that_refuses_the_sample_works() -> None:
    assert problem(OPEN, response(422, "application/problem+json; charset=utf-8")) is None
    assert problem(OPEN, response(403, "image/gif")) is None


@pytest.mark.parametrize("status", [403, 404, 429, 500, 502])
def test_a_refusal_by_the_gateway_is_a_problem(status: int) -> None:
    assert problem(OPEN, response(status)) == f"POST /echo returned {status} application/json"


def test_a_handler_that_fails_is_a_problem() -> None:
    assert problem(OPEN, response(500, "application/problem+json"))


def test_a_guarded_route_that_requires_a_token_works() -> None:
    assert problem(GUARDED, response(401)) is None


@pytest.mark.parametrize("status", [200, 403, 500])
def test_any_other_status_of_a_guarded_route_is_a_problem(status: int) -> None:
    assert "must return 401" in str(problem(GUARDED, response(status)))


def responding(*responses: Response) -> Send:
    """Return a function with these responses in order, which repeats the last one."""
    left = list(responses)
    return lambda _url, _sample: left.pop(0) if len(left) > 1 else left[0]


def test_a_route_that_fails_at_first_is_called_again() -> None:
    pauses: list[float] = []
    send = responding(response(404), response(500), response(200))
    assert smoke("https://example.com", [OPEN], send=send, sleep=pauses.append) == []
    assert len(pauses) == 2


def test_a_route_that_works_is_not_called_again() -> None:
    called: list[str] = []

    def send(_: str, sample: SampleRequest) -> Response:
        called.append(sample.route_key)
        return response(401)

    assert len(smoke("https://example.com", [OPEN, GUARDED], send=send, sleep=lambda _: None)) == 1
    assert called.count(GUARDED.route_key) == 1
    assert called.count(OPEN.route_key) == ATTEMPTS


class Recorder(BaseHTTPRequestHandler):
    """Stores the requests, and responds by path."""

    seen: list[tuple[str, str, dict[str, str], bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.seen.append((self.command, self.path, headers, body))
        self.send_response(400 if "bad" in self.path else 200)
        self.send_header("content-type", "application/problem+json")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def server() -> Iterator[HTTPServer]:
    """A server on this machine."""
    Recorder.seen = []
    with HTTPServer(("127.0.0.1", 0), Recorder) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_requests_match_the_sample_and_identify_themselves(server: HTTPServer) -> None:
    url = f"http://127.0.0.1:{server.server_port}"
    assert call(url, OPEN).status == 200
    ((method, path, headers, body),) = Recorder.seen
    assert (method, path, body) == ("POST", "/echo?a=1", b"hi")
    assert headers["content-type"] == "text/plain"
    assert "authorization" not in headers
    assert headers["user-agent"] == USER_AGENT
    assert "bot" in USER_AGENT, "analytics counts bots separately"


def test_a_refusal_is_a_response(server: HTTPServer) -> None:
    bad = dataclasses.replace(OPEN, path="/bad")
    assert call(f"http://127.0.0.1:{server.server_port}", bad).status == 400


def test_an_unreachable_host_is_a_problem() -> None:
    with HTTPServer(("127.0.0.1", 0), Recorder) as server:
        port = server.server_port
    (text,) = smoke(f"http://127.0.0.1:{port}", [GUARDED], sleep=lambda _: None)
    assert text.startswith("GET /list did not respond: ")
    assert "Connection refused" in text
