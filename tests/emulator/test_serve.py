"""The currencies service outside Lambda, behind a proxy that counts its DynamoDB calls."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from components.local.isolation import emulated_aws
from pipeline.http_client import request
from tests.emulator.conftest import Local
from tests.rust_programs import serving

JSON = {"content-type": "application/json"}
EURO = b'{"name": "Euro", "symbol": "E", "minorUnits": 2}'


class Counter(ThreadingHTTPServer):
    """A proxy that records the target of each request."""

    def __init__(self, endpoint: str) -> None:
        """Listen on a free port."""
        super().__init__(("127.0.0.1", 0), _Passing)
        self.endpoint = urlsplit(endpoint).netloc
        self.targets: list[str] = []


class _Passing(BaseHTTPRequestHandler):
    server: Counter
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.server.targets.append(self.headers["x-amz-target"])
        body = self.rfile.read(int(self.headers["content-length"]))
        with closing(http.client.HTTPConnection(self.server.endpoint)) as passed_on:
            passed_on.request("POST", self.path, body, dict(self.headers))
            answer = passed_on.getresponse()
            content = answer.read()
            self.send_response(answer.status)
            self.send_header("content-type", answer.headers["content-type"])
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def counter(local: Local) -> Iterator[Counter]:
    with Counter(local.context.endpoint) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def url(local: Local, counter: Counter) -> Iterator[str]:
    """The URL of the example `serve`, with the local stack's table."""
    environment = {
        **emulated_aws(f"http://127.0.0.1:{counter.server_port}", "us-east-1"),
        "CURRENCIES_TABLE": local.outputs["tables"]["currencies"],
    }
    with serving(environment) as url:
        yield url


def test_reading_a_currency_makes_one_dynamodb_call(url: str, counter: Counter) -> None:
    assert request("PUT", f"{url}/currencies/EUR", EURO, JSON).status in (200, 201)
    counter.targets.clear()
    for _ in range(2):
        assert request("GET", f"{url}/currencies/EUR").status == 200
    assert counter.targets == ["DynamoDB_20120810.GetItem"] * 2


def test_the_local_server_has_the_same_routes(url: str) -> None:
    for path in ("/currencies", "/openapi.json", "/docs"):
        assert request("GET", f"{url}{path}").status == 200
