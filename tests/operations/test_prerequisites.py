"""Tests of the checks before a deployment. The Pulumi CLI is replaced by a script."""

import dataclasses
import os
from pathlib import Path

import pytest
from botocore.exceptions import NoCredentialsError

from components.local.home import Home
from components.local.stack_config import read_stack_config
from operations.cli import OperationError
from operations.deploy import artifact_keys, check, destroy
from tests.account import program
from tests.recording import ROOT

LAYER = "arn:aws:lambda:eu-west-1:184161586896:layer:opentelemetry-collector-arm64-0_15_0:1"


class _Session:
    """A session of boto3 with or without credentials."""

    has_credentials = True

    def __init__(self, **_: object) -> None:
        """Accept boto3's arguments."""

    def client(self, _: str) -> "_Session":
        return self

    def get_caller_identity(self) -> None:
        if not self.has_credentials:
            raise NoCredentialsError


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with the CLI and credentials; the folder of its programs."""
    monkeypatch.setattr("boto3.Session", _Session)
    monkeypatch.setattr(_Session, "has_credentials", True)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/usr/bin:/bin")
    _install(tmp_path, "3.260.0")
    return tmp_path


def _install(folder: Path, version: str) -> None:
    cli = folder / "pulumi"
    cli.write_text(f"#!/bin/sh\necho v{version}\n")
    cli.chmod(0o755)


def refusal(*, builds: bool = False) -> str:
    with pytest.raises(OperationError) as caught:
        check("dev", ROOT, builds=builds)
    return str(caught.value)


def test_a_complete_machine_passes() -> None:
    assert check("dev", ROOT, builds=False).stack == "dev"


def test_a_missing_cli_is_reported_with_its_source(machine: Path) -> None:
    (machine / "pulumi").unlink()
    assert "the Pulumi CLI is not on the PATH: install it (https://" in refusal()


def test_an_old_cli_is_named_with_its_version(machine: Path) -> None:
    _install(machine, "3.9.1")
    assert "the Pulumi CLI is 3.9.1" in refusal()


def test_missing_credentials_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Session, "has_credentials", False)
    assert "the AWS credentials are missing or invalid" in refusal()


def test_all_missing_requirements_are_reported_together(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (machine / "pulumi").unlink()
    monkeypatch.setattr(_Session, "has_credentials", False)
    assert [line.split()[0] for line in refusal(builds=True).splitlines()] == ["the", "the", "cargo"]


def test_a_stack_without_a_file_is_reported_with_the_remedy() -> None:
    with pytest.raises(OperationError, match="write it with `make new-stack NAME=nope`"):
        check("nope", ROOT, builds=False)


def test_production_is_not_destroyed_and_the_setting_is_named(tmp_path: Path) -> None:
    with pytest.raises(OperationError, match="set deletionProtection to false in Pulumi.prod.yaml"):
        destroy("prod", ROOT, Home(tmp_path), [])


def test_a_local_run_without_the_cli_is_not_destroyed_with_options(tmp_path: Path) -> None:
    """They could be `--preview-only`."""
    home = Home(tmp_path)
    home.write_outputs({})
    with pytest.raises(OperationError, match="takes no OPTIONS here"):
        destroy("local", ROOT, home, ["--preview-only"])
    assert home.outputs_file.exists()


@pytest.mark.parametrize("layer", ["", LAYER])
def test_the_artifacts_that_up_looks_for_are_those_of_the_program(layer: str) -> None:
    config = read_stack_config(ROOT, "dev")
    config = dataclasses.replace(config, values={**config.values, f"{config.project}:openTelemetryLayer": layer})
    (build,) = (item for item in program("dev", openTelemetryLayer=layer).resources if item.name == "rust-build")
    assert sorted(artifact_keys(config, ROOT)) == sorted(build.inputs["environment"]["ARTIFACT_KEYS"].split())
