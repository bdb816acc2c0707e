import json
from pathlib import Path

import pulumi
import pytest

from components.architecture import Architecture
from components.artifacts.plan import ArtifactPlan
from components.rust_workspace import RustWorkspace, RustWorkspaceArgs
from tests.recording import Recorded, Recording, record
from tests.workspaces import FILES, write_workspace


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program's folder with a workspace in `rust/`."""
    write_workspace(tmp_path / "rust")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def declared(**args: str | Architecture) -> Recording:
    return record(lambda: RustWorkspace("rust", RustWorkspaceArgs(**{"region": "eu-west-1", **args})))  # type: ignore[arg-type]


def build(recording: Recording) -> Recorded:
    return recording.named("rust-build")


@pytest.mark.usefixtures("program")
def test_the_build_knows_a_key_for_every_binary() -> None:
    environment = build(declared()).inputs["environment"]
    plan = ArtifactPlan.from_environment(environment)
    assert sorted(plan.keys) == ["alone", "hello"]
    assert all(key.startswith(f"{binary}/arm64/") for binary, key in plan.keys.items())
    assert plan.bucket == "rust-artifacts"
    assert plan.endpoint is None


@pytest.mark.usefixtures("program")
def test_the_build_is_one_command_that_the_place_of_the_checkout_does_not_change() -> None:
    inputs = build(declared()).inputs
    assert inputs["dir"] == "."
    assert inputs["addPreviousOutputInEnv"] is False
    assert not {"delete", "triggers", "archivePaths", "assetPaths"} & set(inputs)
    assert str(Path.cwd()) not in json.dumps(inputs)
    assert str(Path.home()) not in json.dumps(inputs)


def test_the_inputs_are_the_same_in_another_folder(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = build(declared()).inputs
    other = program / "other"
    write_workspace(other / "rust")
    monkeypatch.chdir(other)
    assert build(declared()).inputs == here


def test_an_edit_changes_one_key_and_only_the_environment(program: Path) -> None:
    before = build(declared()).inputs
    (program / "rust/functions/alone/src/main.rs").write_text("fn main() { loop {} }")
    after = build(declared()).inputs
    keys_before, keys_after = (set(inputs["environment"]["ARTIFACT_KEYS"].split()) for inputs in (before, after))
    (changed,) = keys_after - keys_before
    assert changed.startswith("alone/")
    assert {name for name in before if before[name] != after[name]} == {"environment"}


@pytest.mark.usefixtures("program")
def test_the_bucket_is_private_speaks_tls_only_and_goes_with_the_stack() -> None:
    recording = declared()
    (bucket,) = recording.of_type("aws:s3/bucket:Bucket")
    assert bucket.inputs["forceDestroy"] is True
    (block,) = recording.of_type("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")
    assert [value for name, value in block.inputs.items() if name != "bucket"] == [True] * 4
    (policy,) = recording.of_type("aws:s3/bucketPolicy:BucketPolicy")
    assert "aws:SecureTransport" in policy.inputs["policy"]


@pytest.mark.usefixtures("program")
def test_a_shared_bucket_is_used_and_not_owned() -> None:
    recording = declared(artifact_bucket="shared")
    assert not recording.of_type("aws:s3/bucket:Bucket")
    assert build(recording).inputs["environment"]["ARTIFACT_BUCKET"] == "shared"


@pytest.mark.usefixtures("program")
def test_the_endpoint_of_the_provider_reaches_the_build() -> None:
    environment = build(declared(endpoint="http://127.0.0.1:4566")).inputs["environment"]
    assert ArtifactPlan.from_environment(environment).endpoint == "http://127.0.0.1:4566"


@pytest.mark.usefixtures("program")
def test_the_profile_of_the_provider_reaches_the_build() -> None:
    assert build(declared(aws_profile="work")).inputs["environment"]["AWS_PROFILE"] == "work"
    assert "AWS_PROFILE" not in build(declared()).inputs["environment"]


@pytest.mark.usefixtures("program")
def test_a_binary_that_the_workspace_does_not_have_is_one_line_with_the_remedy() -> None:
    def declare() -> None:
        RustWorkspace("rust", RustWorkspaceArgs(region="eu-west-1")).artifact("helo")

    with pytest.raises(pulumi.RunError, match="rust/ has no binary 'helo', it has alone, hello: create the crate"):
        record(declare)


def test_a_workspace_that_cannot_be_read_is_one_line_with_the_remedy(program: Path) -> None:
    write_workspace(program / "rust", {**FILES, "Cargo.toml": "[package]"})
    with pytest.raises(pulumi.RunError, match="has no \\[workspace\\] table"):
        declared()


@pytest.mark.usefixtures("program")
def test_two_workspaces_do_not_collide() -> None:
    def declare() -> None:
        for name in ("one", "two"):
            RustWorkspace(name, RustWorkspaceArgs(region="eu-west-1"))

    names = [(resource.typ, resource.name) for resource in record(declare).resources]
    assert len(names) == len(set(names))
