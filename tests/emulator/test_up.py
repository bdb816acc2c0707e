import argparse
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from benchmarks.edits import NOT_SOURCES
from components.local.emulator import EmulatorHome
from components.local.resources import KINDS
from pipeline.http_client import request
from tests.emulator.conftest import Local, Started
from tests.recording import ROOT, record_program
from tests.waiting import eventually

SCREEN_LINES = 40
NO_CARGO = {"PATH": "/usr/bin:/bin", "CARGO_HOME": "/nonexistent"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the program whose Python can be edited; its Rust sources and artifacts are the same."""
    return shutil.copytree(ROOT, tmp_path / "program", ignore=NOT_SOURCES)


def routes_of(local: Local) -> set[str]:
    gateway = local.context.client("apigatewayv2")
    (api,) = gateway.get_apis()["Items"]
    return {route["RouteKey"] for route in gateway.get_routes(ApiId=api["ApiId"])["Items"]}


def test_the_first_run_prints_every_route_and_function(started: Started) -> None:
    printed = started.first_run.stdout
    assert len(printed.splitlines()) <= SCREEN_LINES
    assert started.local.outputs["apiUrl"] in printed
    for route_key, function in started.local.outputs["routes"].items():
        assert route_key in printed
        assert started.local.outputs["functions"][function] in printed
        assert f"{route_key} 20" in printed


def test_the_first_run_shows_its_progress(started: Started) -> None:
    steps = started.first_run.stderr.splitlines()
    assert "starting the emulator" in steps
    assert "creating echo-function" in steps
    assert steps[-1] == "calling every route"


def with_token(local: Local, command: str) -> str:
    """Replace the call of make in a command by the token."""
    for function in ("currencies", "analytics-api"):
        typed = f"$(make -s token FN={function})"
        if typed in command:
            return command.replace(typed, local.run("token", function).stdout.strip())
    return command


def pages_in(printed: Iterable[str]) -> list[str]:
    return [line.rpartition(" open ")[2].split()[0] for line in printed if " open http" in line]


def test_each_page_is_printed_as_a_url(started: Started) -> None:
    pages = pages_in(started.first_run.stdout.splitlines())
    api_url = started.local.outputs["apiUrl"]
    assert {f"{api_url}/glitch", f"{api_url}/analytics"} <= set(pages)
    for page in pages:
        assert request("GET", page).body.lower().startswith(b"<!doctype html>"), page


def test_each_printed_curl_command_works(started: Started) -> None:
    """Parses the commands, because curl may not be installed."""
    printed = started.first_run.stdout.splitlines()
    commands = [line.strip() for line in printed if line.startswith("    curl ")]
    assert len(commands) == len(started.local.outputs["routes"]) - len(pages_in(printed))
    for command in commands:
        _, *arguments = shlex.split(with_token(started.local, command))
        parser = argparse.ArgumentParser()
        parser.add_argument("url")
        parser.add_argument("-X")
        parser.add_argument("-H", action="append", default=[])
        parser.add_argument("-d", default="")
        parser.add_argument("--data-binary")
        parser.add_argument("-o")
        curl = parser.parse_args(arguments)
        file = curl.data_binary and Path(curl.data_binary.removeprefix("@")).read_bytes()
        body = file or curl.d.encode() or None
        headers = dict(header.split(": ", 1) for header in curl.H)
        reply = request(curl.X or ("POST" if body else "GET"), curl.url, body, headers)
        assert reply.status < 300, command


def test_the_outputs_file_has_the_url_first(local: Local) -> None:
    assert next(iter(local.outputs)) == "apiUrl"


def test_a_second_run_calls_no_cargo_and_changes_nothing(local: Local) -> None:
    before = local.outputs
    again = local.run("local", environment=NO_CARGO)
    assert again.returncode == 0, again.stderr
    assert again.stderr.splitlines() == ["starting the emulator", "calling every route"]
    assert local.outputs == before


def test_an_edit_of_the_program_is_applied_and_reverted(local: Local, checkout: Path) -> None:
    before, routes = local.outputs, routes_of(local)
    program = checkout / "__main__.py"
    program.write_text(program.read_text().replace('"POST /echo": echo', '"POST /echo/again": echo'))
    service = checkout / "services/glitch.py"
    service.write_text(service.read_text().replace("memory_mib=512", "memory_mib=640"))
    edited = local.run("local", root=checkout, environment=NO_CARGO)
    assert routes_of(local) == routes - {"POST /echo"} | {"POST /echo/again"}
    glitch = local.context.client("lambda").get_function_configuration(FunctionName=before["functions"]["glitch"])
    assert glitch["MemorySize"] == 640
    assert "updating glitch-function" in edited.stderr
    assert "deleting api-post-echo-" in edited.stderr

    restored = local.run("local", environment=NO_CARGO)
    assert restored.returncode == 0, restored.stderr
    assert routes_of(local) == routes
    assert local.outputs == before


def test_an_aborted_run_is_finished_by_the_next(local: Local, checkout: Path) -> None:
    program = checkout / "__main__.py"
    program.write_text(program.read_text() + '\nraise SystemError("half way")\n')
    assert local.run("local", root=checkout, environment=NO_CARGO).returncode != 0
    assert local.run("local", environment=NO_CARGO).returncode == 0


def test_an_invalid_setting_changes_nothing(local: Local, checkout: Path) -> None:
    stack = checkout / "Pulumi.local.yaml"
    stack.write_text(stack.read_text() + "  rust-serverless:logLevel: loud\n")
    refused = local.run("local", root=checkout)
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert "error: the configuration in Pulumi.local.yaml must be corrected:" in refused.stderr
    assert request("POST", local.outputs["apiUrl"] + "/echo", b'{"message": "still"}').status == 200


def test_an_unsupported_resource_type_is_named(local: Local, checkout: Path) -> None:
    program = checkout / "__main__.py"
    program.write_text(program.read_text() + '\nimport pulumi_aws\npulumi_aws.ec2.Vpc("network")\n')
    refused = local.run("local", root=checkout)
    assert refused.returncode == 1
    assert "the local engine does not support aws:ec2/vpc:Vpc, the type of network" in refused.stderr
    assert 'only where pulumi.get_stack() is not "local"' in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_function_is_invoked_directly(local: Local) -> None:
    ran = local.run("invoke", "echo", '{"message": "hi"}')
    assert json.loads(ran.stdout) == {"echo": "hi... hi... hi..."}


@pytest.mark.parametrize(
    ("function", "payload", "message"),
    [
        ("ehco", "{}", "there is no function 'ehco': use one of echo, glitch"),
        ("echo", "{", "the payload is not JSON"),
        ("echo", "{}", "echo returns an error"),
    ],
)
def test_an_invalid_invocation_shows_the_reason(local: Local, function: str, payload: str, message: str) -> None:
    ran = local.run("invoke", function, payload)
    assert ran.returncode == 1
    assert message in ran.stderr


def test_logs_of_one_function_are_followed_until_interrupted(local: Local) -> None:
    local.run("invoke", "echo", '{"message": "hi"}')
    command = [sys.executable, "-m", "operations", "--home", str(local.home), "logs", "echo"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as following:
        assert following.stdout is not None
        assert re.fullmatch(r"echo  (POST /echo 200 )?success .*\n", following.stdout.readline())
        following.send_signal(signal.SIGINT)
        rest, errors = following.communicate()
    assert "glitch" not in rest
    assert errors == ""


def test_the_sample_does_not_overwrite_a_currency(local: Local) -> None:
    token = local.run("token").stdout.strip()
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    url = local.outputs["apiUrl"] + "/currencies"
    for code in ("ZZZ", "ZZY"):
        body = json.dumps({"code": code, "name": "Mine", "symbol": "Z", "minorUnits": 2}).encode()
        assert request("POST", url, body, headers).status == 201
    before = [request("GET", f"{url}/{code}", headers=headers).body for code in ("ZZZ", "ZZY")]
    again = local.run("local", environment=NO_CARGO)
    assert again.returncode == 0, again.stderr
    assert "/currencies/ZZX" in again.stdout
    assert [request("GET", f"{url}/{code}", headers=headers).body for code in ("ZZZ", "ZZY")] == before
    assert request("GET", f"{url}/ZZX", headers=headers).status == 404
    for code in ("ZZZ", "ZZY"):
        assert request("DELETE", f"{url}/{code}", headers=headers).status == 204


def test_a_manually_deleted_function_is_recreated(local: Local) -> None:
    before = local.outputs["functions"]["echo"]
    local.context.client("lambda").delete_function(FunctionName=before)
    again = local.run("local", environment=NO_CARGO)
    assert again.returncode == 0, again.stderr
    assert local.outputs["functions"]["echo"] != before
    assert request("POST", local.outputs["apiUrl"] + "/echo", b'{"message": "back"}').status == 200


def test_only_one_run_at_a_time(local: Local) -> None:
    command = [sys.executable, "-m", "operations", "--home", str(local.home), "local"]
    with (local.home / "run.lock").open("w") as lock:
        import fcntl  # noqa: PLC0415 (only this test needs it)

        fcntl.flock(lock, fcntl.LOCK_EX)
        second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert "another run uses this folder" in second.stderr


def test_a_killed_emulator_is_replaced_by_one_without_the_shells_credentials(local: Local) -> None:
    killed = EmulatorHome(local.home).running()
    assert killed is not None
    os.killpg(killed.pid, signal.SIGKILL)
    eventually(lambda: EmulatorHome(local.home).running() is None)
    assert "the emulator is not running: run `make local`" in local.run("invoke", "echo", "{}").stderr
    credentials = {"AWS_ACCESS_KEY_ID": "AKIAREAL", "AWS_PROFILE": "production"}
    proxies = dict.fromkeys(("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"), "http://127.0.0.1:9")
    ran = local.run("local", environment={**credentials, **proxies})
    assert ran.returncode == 0, ran.stderr
    assert "The AWS credentials in this shell are not used" in ran.stderr
    emulator = EmulatorHome(local.home).running()
    assert emulator is not None
    environment = Path(f"/proc/{emulator.pid}/environ").read_bytes()
    assert b"AKIAREAL" not in environment
    assert b"127.0.0.1:9\0" not in environment
    assert request("POST", local.outputs["apiUrl"] + "/echo", b'{"message": "back"}').status == 200


def test_every_resource_type_is_supported_locally() -> None:
    recording, _ = record_program("prod" if (ROOT / "Pulumi.prod.yaml").exists() else "dev")
    assert {resource.typ for resource in recording.resources if resource.custom} <= set(KINDS)
