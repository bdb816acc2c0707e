"""An implementation of Lambda's Runtime API for one environment, with timestamps in nanoseconds.

It uses plain sockets and minimal parsing, so it takes only some tens of microseconds per invocation. It supports no
extensions, streamed responses and chunked bodies, which these clients do not use.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import os
import re
import selectors
import socket
import time
from dataclasses import dataclass
from types import TracebackType

from benchmarks.section import BenchError

NEXT = "/2018-06-01/runtime/invocation/next"
RESPONSE = "/response"
"""End of the path to which the response of an invocation is sent."""
ARN = "arn:aws:lambda:us-east-1:000000000000:function:benchmark"
DEADLINE_SECONDS = 60
"""Deadline of an invocation, and timeout of all waits."""
PART_BYTES = 1 << 16

CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
ACCEPTED = b'HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{"status":"OK"}'


@dataclass(frozen=True, kw_only=True)
class Response:
    """A function's response."""

    body: bytes
    nanoseconds: int
    """Time from before the event is sent until the response is complete."""


@dataclass(frozen=True, kw_only=True)
class _Request:
    connection: socket.socket
    path: str
    body: bytes


class RuntimeApi:
    """Sends events to the environment that requests them."""

    def __init__(self, *, is_traced: bool = False) -> None:
        """Listen on a free port of this machine."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._connections: set[socket.socket] = set()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._process: int | None = None
        self._waiting: socket.socket | None = None
        self._count = 0
        self._is_traced = is_traced

    def __enter__(self) -> "RuntimeApi":
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._selector.close()
        for opened in (*self._connections, self._listener):
            opened.close()
        if self._process is not None:
            os.close(self._process)

    @property
    def address(self) -> str:
        """Host and port, as in `AWS_LAMBDA_RUNTIME_API`."""
        host, port = self._listener.getsockname()
        return f"{host}:{port}"

    def watch(self, pid: int) -> None:
        """Fail if the environment's process exits, instead of waiting."""
        self._process = os.pidfd_open(pid)
        self._selector.register(self._process, selectors.EVENT_READ)

    def wait_for_request(self) -> int:
        """Wait until the environment requests an event, and return the time (`perf_counter_ns`).

        Raises:
            BenchError: it reports an error or exits.
        """
        if self._waiting is None:
            self._waiting = self._receive(NEXT).connection
        return time.perf_counter_ns()

    def invoke(self, event: bytes) -> Response:
        """Send an event, and wait for the response.

        Raises:
            BenchError: the function reports an error or exits.
        """
        waiting = self._waiting or self._receive(NEXT).connection
        self._waiting = None
        self._count += 1
        message = _invocation(self._count, event, is_traced=self._is_traced)
        sent = time.perf_counter_ns()
        waiting.sendall(message)
        request = self._receive(RESPONSE)
        received = time.perf_counter_ns()
        request.connection.sendall(ACCEPTED)
        return Response(body=request.body, nanoseconds=received - sent)

    def _receive(self, expected: str) -> _Request:
        while True:
            ready = self._selector.select(DEADLINE_SECONDS)
            if not ready:
                raise BenchError(f"the function does not request {expected} within {DEADLINE_SECONDS} seconds")
            for key, _ in ready:
                if key.fileobj is self._listener:
                    self._accept()
                elif isinstance(key.fileobj, socket.socket):
                    request = self._read(key.fileobj)
                    if request and request.path.endswith(expected):
                        return request
                    if request:
                        raise BenchError(
                            f"the function requests {request.path}: {request.body.decode(errors='replace')}"
                        )
                else:
                    raise BenchError(f"the function exits before it requests {expected}")

    def _accept(self) -> None:
        connection, _ = self._listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(DEADLINE_SECONDS)
        self._connections.add(connection)
        self._selector.register(connection, selectors.EVENT_READ)

    def _read(self, connection: socket.socket) -> _Request | None:
        """Read a request; None if the client closed the connection."""
        received = b""
        while (end := received.find(b"\r\n\r\n")) < 0:
            part = connection.recv(PART_BYTES)
            if not part:
                self._selector.unregister(connection)
                self._connections.discard(connection)
                connection.close()
                return None
            received += part
        head, body = received[: end + 2], bytearray(received[end + 4 :])
        found = CONTENT_LENGTH.search(head)
        missing = int(found[1]) - len(body) if found else 0
        if missing > 0:
            body += _exactly(connection, missing)
        return _Request(connection=connection, path=head.split(b" ", 2)[1].decode(), body=bytes(body))


def _exactly(connection: socket.socket, length: int) -> bytearray:
    body = bytearray(length)
    rest = memoryview(body)
    while rest and (count := connection.recv_into(rest)):
        rest = rest[count:]
    return body


def _invocation(number: int, event: bytes, *, is_traced: bool) -> bytes:
    deadline_ms = int((time.time() + DEADLINE_SECONDS) * 1000)
    head = (
        "HTTP/1.1 200 OK\r\n"
        "Content-Type: application/json\r\n"
        f"Lambda-Runtime-Aws-Request-Id: 00000000-0000-4000-8000-{number:012}\r\n"
        f"Lambda-Runtime-Deadline-Ms: {deadline_ms}\r\n"
        f"Lambda-Runtime-Invoked-Function-Arn: {ARN}\r\n"
        "Lambda-Runtime-Trace-Id: Root=1-6740b3a1-0123456789abcdef01234567;Parent=53995c3f42cd8ad8;"
        f"Sampled={int(is_traced)}\r\n"
        f"Content-Length: {len(event)}\r\n\r\n"
    )
    return head.encode() + event
