"""The plugin that programs in other languages than Python use."""

import json
import subprocess
import tomllib
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from tests.package.conftest import Outsider
from tests.recording import ROOT


@pytest.fixture
def schema(outsider: Outsider) -> dict[str, Any]:
    """Start the folder as Pulumi does, and return the schema that it serves."""
    command = [str(outsider.python), str(ROOT / "components"), "127.0.0.1:9"]
    with subprocess.Popen(command, cwd=outsider.root, stdout=subprocess.PIPE, text=True) as plugin:
        assert plugin.stdout is not None
        port = plugin.stdout.readline().strip()
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = provider_pb2_grpc.ResourceProviderStub(channel)
            found: dict[str, Any] = json.loads(stub.GetSchema(provider_pb2.GetSchemaRequest(), timeout=60).schema)
        plugin.terminate()
    return found


def test_the_plugin_has_the_version_of_the_package(schema: dict[str, Any]) -> None:
    project = tomllib.loads((ROOT / "components/pyproject.toml").read_text())["project"]
    assert (schema["name"], schema["version"]) == (project["name"], project["version"])
    assert list(schema["resources"]) == ["rust-serverless:index:RustHttpService"]


def test_its_requirements_install_the_package_by_which_the_build_runs() -> None:
    lines = (ROOT / "components/requirements.txt").read_text().splitlines()
    assert [line for line in lines if not line.startswith("#")] == ["."]
