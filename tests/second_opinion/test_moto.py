"""The whole program on moto's server, which rejects some inputs that the emulator of `make local` accepts."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime.mocks import MockResourceArgs

from components.local.errors import LocalError
from components.local.isolation import emulated_aws
from components.local.program import run_program
from components.local.provisioner import LocalMonitor, LocalState, Provisioner
from components.local.resources.kind import ACCOUNT, Context
from components.local.stack_config import read_stack_config
from tests.recording import ROOT

REGION = "us-east-1"
BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy"
START_SECONDS = 60
Inputs = dict[str, Any]


class Changed(Provisioner):
    """Creates resources from inputs with planted faults."""

    def __init__(
        self, context: Context, state: Path, change: Callable[[str, str, Inputs], None], *, keeps_bucket_policy: bool
    ) -> None:
        """Let `change` edit the inputs of each resource, by its type and name.

        The server does not support TLS, and moto enforces the bucket policy that requires it.
        """
        super().__init__(context, LocalState(state))
        self._change = change
        self._keeps_bucket_policy = keeps_bucket_policy

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        self._change(args.typ, args.name, args.inputs)
        if args.typ == BUCKET_POLICY and not self._keeps_bucket_policy:
            return args.name, args.inputs
        return super().new_resource(args)


@pytest.fixture
def moto() -> Iterator[str]:
    """An empty moto server with the account id of the local engine."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    environment = {**os.environ, **emulated_aws(url, REGION), "MOTO_ACCOUNT_ID": ACCOUNT}
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            wait_for(url)
            yield url
        finally:
            server.terminate()


def wait_for(url: str) -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            urllib.request.urlopen(f"{url}/moto-api/", timeout=5).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            assert time.monotonic() < end, "moto's server did not start"
            time.sleep(0.2)
        else:
            return


def up(
    url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[str, str, Inputs], None] = lambda *_: None,
    *,
    keeps_bucket_policy: bool = False,
) -> Mapping[str, Any]:
    for name, value in emulated_aws(url, REGION).items():
        monkeypatch.setenv(name, value)
    context = Context(root=ROOT, region=REGION, endpoint=url, report=lambda _: None)
    config = read_stack_config(ROOT, "local").sent_to(url)
    state = tmp_path / "resources.jsonl"
    state.touch()
    provisioner = Changed(context, state, change, keeps_bucket_policy=keeps_bucket_policy)
    return run_program(ROOT, config, LocalMonitor(provisioner))


def test_the_whole_program_is_created(moto: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outputs = up(moto, tmp_path, monkeypatch)
    context = Context(root=ROOT, region=REGION, endpoint=moto, report=lambda _: None)
    functions = context.client("lambda").list_functions()["Functions"]
    assert {function["FunctionName"] for function in functions} == set(outputs["functions"].values())
    (api,) = context.client("apigatewayv2").get_apis()["Items"]
    routes = context.client("apigatewayv2").get_routes(ApiId=api["ApiId"])["Items"]
    assert {route["RouteKey"] for route in routes} >= set(outputs["routes"])
    assert set(context.client("dynamodb").list_tables()["TableNames"]) == set(outputs["tables"].values())


def test_the_artifact_bucket_requires_tls(moto: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LocalError, match="cannot be (read|written)"):
        up(moto, tmp_path, monkeypatch, keeps_bucket_policy=True)


def policy_without_resource(typ: str, name: str, inputs: Inputs) -> None:
    if typ == "aws:iam/rolePolicy:RolePolicy" and name == "echo-writes-logs":
        document = json.loads(inputs["policy"])
        del document["Statement"][0]["Resource"]
        inputs["policy"] = json.dumps(document)


def policy_with_an_action_without_service(typ: str, name: str, inputs: Inputs) -> None:
    if typ == "aws:iam/rolePolicy:RolePolicy" and name == "echo-writes-logs":
        inputs["policy"] = inputs["policy"].replace("logs:PutLogEvents", "PutLogEvents")


def role_of_another_account(typ: str, name: str, inputs: Inputs) -> None:
    if typ == "aws:lambda/function:Function" and name == "echo-function":
        inputs["role"] = "arn:aws:iam::999999999999:role/somebody-else"


def key_without_attribute(typ: str, name: str, inputs: Inputs) -> None:
    if typ == "aws:dynamodb/table:Table" and name == "currencies-table":
        inputs["attributes"] = [{"name": "other", "type": "S"}]


FAULTS: dict[Callable[[str, str, Inputs], None], str] = {
    policy_without_resource: "MalformedPolicyDocument",
    policy_with_an_action_without_service: "MalformedPolicyDocument",
    role_of_another_account: "Cross-account pass role is not allowed",
    key_without_attribute: "ValidationException|Attribute",
}
"""Planted faults, each with a part of the expected error."""


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_planted_fault_is_detected(
    moto: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Callable[[str, str, Inputs], None]
) -> None:
    with pytest.raises(Exception, match=FAULTS[fault]):
        up(moto, tmp_path, monkeypatch, fault)
