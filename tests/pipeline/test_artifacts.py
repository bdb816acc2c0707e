"""Tests of promotion, with an S3 that refuses overwrites."""

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from pipeline.__main__ import main
from pipeline.artifacts import (
    ArtifactError,
    RunningFunction,
    StoredArtifact,
    promoted_artifacts,
    record,
    running_functions,
    verify_running,
    verify_stored,
)
from pipeline.preview import UNKNOWN, read_preview
from tests.memory_aws import memory_aws
from tests.recording import record_program

BUCKET = "artifacts"
ECHO = StoredArtifact(bucket=BUCKET, key="echo/arm64/0123.zip")
BYTES = b"PK what dev compiled"


def sha256(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def runs(content: bytes) -> list[RunningFunction]:
    return [RunningFunction(function="echo", artifact=ECHO, sha256=sha256(content))]


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A bucket with an artifact of the first stage."""
    with memory_aws(monkeypatch):
        client = boto3.client("s3")
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        client.put_object(Bucket=BUCKET, Key=ECHO.key, Body=BYTES)
        yield client


def test_artifacts_of_the_first_stage_are_promoted(s3: Any) -> None:
    record(s3, runs(BYTES))
    verify_stored(s3, [ECHO])
    verify_running(s3, runs(BYTES))


def test_a_second_deployment_of_the_same_code_records_nothing_new(s3: Any) -> None:
    record(s3, runs(BYTES))
    record(s3, runs(BYTES))
    verify_stored(s3, [ECHO])


def test_other_bytes_under_the_key_are_refused(s3: Any) -> None:
    record(s3, runs(BYTES))
    s3.put_object(Bucket=BUCKET, Key=ECHO.key, Body=b"PK poisoned")
    with pytest.raises(ArtifactError, match=r"echo/arm64/0123.zip in artifacts is not what the first stage ran"):
        verify_stored(s3, [ECHO])


def test_bytes_that_change_after_the_check_are_detected(s3: Any) -> None:
    record(s3, runs(BYTES))
    verify_stored(s3, [ECHO])
    with pytest.raises(ArtifactError, match="echo runs SHA-256"):
        verify_running(s3, runs(b"PK poisoned"))


def test_a_record_is_never_replaced(s3: Any) -> None:
    record(s3, runs(BYTES))
    with pytest.raises(ArtifactError, match="is recorded"):
        record(s3, runs(b"PK poisoned"))
    verify_stored(s3, [ECHO])


def test_an_artifact_that_the_first_stage_never_ran_is_refused(s3: Any) -> None:
    with pytest.raises(ArtifactError, match="no SHA-256 is recorded for echo/arm64/0123.zip"):
        verify_stored(s3, [ECHO])


def test_a_missing_artifact_is_refused(s3: Any) -> None:
    record(s3, runs(BYTES))
    s3.delete_object(Bucket=BUCKET, Key=ECHO.key)
    with pytest.raises(ArtifactError, match="is not in artifacts: deploy this commit to the first stage"):
        verify_stored(s3, [ECHO])


def preview_file(tmp_path: Path, bucket: str) -> Path:
    inputs = {"s3Bucket": bucket, "s3Key": ECHO.key}
    urn = "urn:pulumi:prod::rust-serverless::aws:lambda/function:Function::echo-function"
    file = tmp_path / "preview.json"
    steps = [{"op": "same", "urn": urn, "newState": {"custom": True, "inputs": inputs}}]
    file.write_text(json.dumps({"steps": steps, "changeSummary": {}}))
    return file


def test_unchanged_functions_of_a_preview_are_promoted_too(tmp_path: Path) -> None:
    assert promoted_artifacts(read_preview(preview_file(tmp_path, BUCKET))) == [ECHO]


def test_a_stack_with_its_own_bucket_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="set artifactBucket"):
        promoted_artifacts(read_preview(preview_file(tmp_path, UNKNOWN)))


def test_outputs_of_an_older_program_are_refused_by_name() -> None:
    with pytest.raises(ArtifactError, match="no `code`"):
        running_functions({"apiUrl": "https://a.example"})


def test_the_outputs_of_the_program_say_which_code_runs() -> None:
    _, outputs = record_program("prod", config={"rust-serverless:artifactBucket": BUCKET})
    assert set(outputs["code"]) == set(outputs["functions"])
    for name, code in outputs["code"].items():
        assert code["bucket"] == BUCKET
        assert code["key"].startswith(f"{name}/arm64/")
        assert code["sha256"] == "Zm9v"


def test_the_verbs_record_verify_and_fail(s3: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def call(verb: str, option: str, file: Path) -> None:
        monkeypatch.setattr("sys.argv", ["pipeline", verb, option, str(file)])
        main()

    def outputs(content: bytes) -> Path:
        code = {"echo": {"bucket": BUCKET, "key": ECHO.key, "sha256": sha256(content)}}
        (tmp_path / "outputs.json").write_text(json.dumps({"code": code}))
        assert running_functions({"code": code}) == runs(content)
        return tmp_path / "outputs.json"

    call("record-artifacts", "--outputs", outputs(BYTES))
    call("verify-artifacts", "--preview", preview_file(tmp_path, BUCKET))
    call("verify-artifacts", "--outputs", outputs(BYTES))
    for verb in ("record-artifacts", "verify-artifacts"):
        with pytest.raises(SystemExit, match="is not what the first stage ran"):
            call(verb, "--outputs", outputs(b"PK poisoned"))
    s3.put_object(Bucket=BUCKET, Key=ECHO.key, Body=b"PK poisoned")
    with pytest.raises(SystemExit, match="the bucket has SHA-256"):
        call("verify-artifacts", "--preview", preview_file(tmp_path, BUCKET))
