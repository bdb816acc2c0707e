"""Log lines of the functions on the emulator, read with the logs command."""

import json
from typing import Any

from pipeline.http_client import request
from tests.emulator.conftest import Local
from tests.waiting import eventually

STANDARD = {
    *("level", "message", "timestamp", "service", "cold_start", "function_name", "function_memory_size"),
    *("function_arn", "function_request_id", "correlation_id", "xray_trace_id", "duration_ms"),
}
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
VIEW = json.dumps({"url": "https://example.com/logged", "referrer": ""}).encode()


def closing_lines(local: Local, function: str) -> list[dict[str, Any]]:
    """Return the closing lines of a function."""
    logs = local.context.client("logs")
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=local.outputs["logGroups"][function])
    lines = (event["message"] for page in pages for event in page["events"])
    entries = [json.loads(line) for line in lines if line.startswith("{")]
    return [entry for entry in entries if "duration_ms" in entry]


def lines_of(local: Local, request_id: str) -> list[dict[str, Any]]:
    """Return the lines of a request from `make logs REQUEST=… JSON=1`."""
    printed = local.run("logs", "--request", request_id, "--json")
    return [json.loads(line) for line in printed.stdout.splitlines()]


def test_every_handler_closes_with_the_standard_keys(local: Local) -> None:
    url = local.outputs["apiUrl"]
    for method, path, body in (
        ("POST", "/echo", b'{"message": "hi"}'),
        ("GET", "/glitch", None),
        ("GET", "/docs", None),
        ("GET", "/analytics/a.js", None),
    ):
        request(method, f"{url}{path}", body, {"content-type": "application/json"})
    for function in ("echo", "glitch", "currencies", "analytics-api"):
        lines = closing_lines(local, function)
        assert lines, function
        for line in lines:
            assert line.keys() >= STANDARD, function
            assert (line["service"], line["function_name"]) == (function, local.outputs["functions"][function])


def test_a_gateway_id_finds_the_lines_of_all_functions(local: Local) -> None:
    headers = {"origin": "https://example.com", "user-agent": FIREFOX, "content-type": "application/json"}
    reply = request("POST", f"{local.outputs['apiUrl']}/analytics/collect", VIEW, headers)
    assert reply.status == 202
    accepted = [line for line in closing_lines(local, "analytics-api") if line.get("ViewsAccepted")]
    request_id = accepted[-1]["correlation_id"]
    eventually(
        lambda: {line["service"] for line in lines_of(local, request_id)} == {"analytics-api", "analytics-trigger"},
        lambda: lines_of(local, request_id),
    )
    for line in lines_of(local, request_id):
        assert line.keys() >= STANDARD
        assert "Firefox" not in json.dumps(line)
        assert "/logged" not in json.dumps(line)


def test_an_unknown_request_id_is_an_error(local: Local) -> None:
    printed = local.run("logs", "--request", "no-such-id")
    assert printed.returncode != 0
    assert "no line of the last day has 'no-such-id'" in printed.stderr
