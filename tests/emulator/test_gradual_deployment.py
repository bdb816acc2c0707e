"""Versions and an alias of the emulator's Lambda, moved by the real program with a simulated clock.

The emulator has aliases, and stores their weights without following them; it counts no errors by version. So the clock
and the watch are simulated here, and what is seen is which version answers behind the alias.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from components.version_shift import SHARE, LambdaAlias, Outcome, deploy
from tests.emulator.conftest import Local

NAME = "gradual"
PANICS = b"#!/bin/sh\necho thread main panicked >&2\nexit 101\n"


def broken() -> bytes:
    """Return the code of a version that exits before its first response."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        info = zipfile.ZipInfo("bootstrap")
        info.external_attr = 0o100755 << 16
        archive.writestr(info, PANICS)
    return content.getvalue()


@pytest.fixture
def functions(local: Local) -> Iterator[Any]:
    """The emulator's Lambda, with a function whose version 1 is echo, behind the alias `live`."""
    client = local.context.client("lambda")
    code = local.outputs["code"]["echo"]
    client.create_function(
        FunctionName=NAME,
        Runtime="provided.al2023",
        Handler="bootstrap",
        Role="arn:aws:iam::000000000000:role/any",
        Code={"S3Bucket": code["bucket"], "S3Key": code["key"]},
        Environment={"Variables": {"RUST_LOG": "info"}},
        Publish=True,
    )
    client.create_alias(FunctionName=NAME, Name="live", FunctionVersion="1")
    yield client
    client.delete_function(FunctionName=NAME)


@dataclass
class Watching:
    """Invokes the new version, as a tenth of the callers do, and checks the alias; time is simulated."""

    client: Any
    version: str
    seconds: float = 0
    weights: list[dict[str, float]] = field(default_factory=list)

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def problem(self) -> str | None:
        alias = self.client.get_alias(FunctionName=NAME, Name="live")
        self.weights.append(alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {}))
        answer = self.client.invoke(FunctionName=NAME, Qualifier=self.version, Payload=b'{"message": "hi"}')
        return f"version {self.version} failed" if "FunctionError" in answer else None


def echoed(client: Any) -> Any:
    """Return the response to callers of the alias."""
    return json.loads(
        client.invoke(FunctionName=NAME, Qualifier="live", Payload=b'{"message": "hi"}')["Payload"].read()
    )


def deployed(client: Any, version: str) -> tuple[Outcome, Watching]:
    watching = Watching(client=client, version=version)
    alias = LambdaAlias(client=client, function=NAME, name="live")
    return deploy(version, alias, watching, watching).outcome, watching


def test_a_working_version_gets_all_traffic_after_five_minutes(functions: Any) -> None:
    functions.update_function_configuration(FunctionName=NAME, Environment={"Variables": {"RUST_LOG": "debug"}})
    version = functions.publish_version(FunctionName=NAME)["Version"]
    outcome, watching = deployed(functions, version)
    assert (outcome, watching.seconds) == (Outcome.DEPLOYED, 300)
    assert set(map(json.dumps, watching.weights)) == {json.dumps({version: SHARE})}
    alias = functions.get_alias(FunctionName=NAME, Name="live")
    assert (alias["FunctionVersion"], alias.get("RoutingConfig")) == (version, None)
    assert echoed(functions) == {"echo": "hi... hi... hi..."}


def test_a_panicking_version_is_rolled_back(functions: Any) -> None:
    functions.update_function_code(FunctionName=NAME, ZipFile=broken())
    version = functions.publish_version(FunctionName=NAME)["Version"]
    outcome, watching = deployed(functions, version)
    assert outcome is Outcome.ROLLED_BACK
    assert watching.weights == [{version: SHARE}]
    alias = functions.get_alias(FunctionName=NAME, Name="live")
    assert (alias["FunctionVersion"], alias.get("RoutingConfig")) == ("1", None)
    assert echoed(functions) == {"echo": "hi... hi... hi..."}
