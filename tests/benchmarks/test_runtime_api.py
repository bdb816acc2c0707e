"""Tests of the implementation of Lambda's Runtime API, with small clients."""

import json
import os
import sys
from pathlib import Path

import pytest

from benchmarks.environment import Program, environment
from benchmarks.languages.c import compile_bootstrap
from benchmarks.section import BenchError

CLIENT = """
import http.client, json, os
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
while True:
    api.request("GET", "/2018-06-01/runtime/invocation/next")
    invocation = api.getresponse()
    event = invocation.read()
    headers = {name.lower(): value for name, value in invocation.getheaders()}
    path = f"/2018-06-01/runtime/invocation/{headers['lambda-runtime-aws-request-id']}/"
    failed = event == b'"fail"'
    answer = b"it failed" if failed else json.dumps({"headers": headers, "length": len(event)}).encode()
    if event == b'"end"':
        raise SystemExit("no more")
    api.request("POST", path + ("error" if failed else "response"), answer)
    api.getresponse().read()
"""
INIT_ERROR = """
import http.client, os
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
api.request("POST", "/2018-06-01/runtime/init/error", b"there is no table")
api.getresponse().read()
"""


def program(folder: Path, code: str) -> Program:
    """Return a function in Python."""
    return Program(command=(sys.executable, "-c", code), folder=folder, variables={}, log=folder / "log")


def test_an_event_has_the_documented_headers(tmp_path: Path) -> None:
    with environment(program(tmp_path, CLIENT)) as running:
        first, second = (json.loads(running.invoke(b"{}").body)["headers"] for _ in range(2))
    assert {name for name in first if name.startswith("lambda-runtime-")} == {
        "lambda-runtime-aws-request-id",
        "lambda-runtime-deadline-ms",
        "lambda-runtime-invoked-function-arn",
        "lambda-runtime-trace-id",
    }
    assert first["lambda-runtime-aws-request-id"] != second["lambda-runtime-aws-request-id"]


def test_an_event_of_several_megabytes_arrives_whole(tmp_path: Path) -> None:
    event = json.dumps("x" * 6_000_000).encode()
    with environment(program(tmp_path, CLIENT)) as running:
        assert json.loads(running.invoke(event).body)["length"] == len(event)


def test_starts_and_calls_are_measured(tmp_path: Path) -> None:
    with environment(program(tmp_path, CLIENT)) as running:
        before = running.cpu_ns
        response = running.invoke(b"{}")
        running.wait_until_idle()
        assert running.init_ns > 0
        assert response.nanoseconds > 0
        assert running.cpu_ns > before
        memory = running.memory()
    assert 1 < memory.resident_mib <= memory.peak_mib


def test_a_function_that_reports_an_error_is_not_measured(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="it failed"), environment(program(tmp_path, CLIENT)) as running:
        running.invoke(b'"fail"')


def test_a_function_that_exits_is_reported_with_its_log(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="no more"), environment(program(tmp_path, CLIENT)) as running:
        running.invoke(b'"end"')


def test_a_function_that_does_not_start_is_reported_with_its_error(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="there is no table"), environment(program(tmp_path, INIT_ERROR)):
        pass


def test_no_process_is_left(tmp_path: Path) -> None:
    with environment(program(tmp_path, CLIENT)) as running:
        pid = running.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_c_client_processes_events_one_by_one(tmp_path: Path) -> None:
    bootstrap = tmp_path / "bootstrap"
    compile_bootstrap(bootstrap)
    bare = Program(command=(str(bootstrap),), folder=tmp_path, variables={}, log=tmp_path / "log")
    events = [b"{}", b"x" * 100_000, b"{}"]
    with environment(bare) as running:
        assert [running.invoke(event).body for event in events] == [b"{}"] * 3
