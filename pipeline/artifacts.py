"""Checks that later stages run the same artifacts as the first stage.

A key identifies sources, not bytes. When the first stage has run an artifact, the SHA-256 that Lambda reports as
`CodeSha256` is recorded in the bucket. A later stage compares it with the artifact in the bucket before its update, and
with `CodeSha256` after it.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from pipeline.preview import FUNCTION, UNKNOWN, Preview

FOLDER = "sha256/"
"""Prefix of the records, before the artifact's key. Like everything in the bucket, they are written once."""
NOT_FOUND = ("NoSuchKey", "404")


class ArtifactError(Exception):
    """An artifact differs from the one that the first stage ran; the message says what to do."""


@dataclass(frozen=True, kw_only=True, order=True)
class StoredArtifact:
    """An artifact in the shared bucket."""

    bucket: str
    key: str
    """Such as `echo/arm64/<digest>.zip`."""


@dataclass(frozen=True, kw_only=True)
class RunningFunction:
    """A function, and the artifact that it runs."""

    function: str
    artifact: StoredArtifact
    sha256: str
    """SHA-256 of the artifact, in base64 as Lambda returns it."""


def running_functions(outputs: Mapping[str, Any]) -> list[RunningFunction]:
    """Return the functions in a stack's outputs.

    Raises:
        ArtifactError: an older program deployed the stack, which does not export the code.
    """
    if "code" not in outputs:
        raise ArtifactError("the outputs have no `code`: deploy a newer commit, whose program exports it")
    return [
        RunningFunction(
            function=name, artifact=StoredArtifact(bucket=code["bucket"], key=code["key"]), sha256=code["sha256"]
        )
        for name, code in outputs["code"].items()
    ]


def promoted_artifacts(preview: Preview) -> list[StoredArtifact]:
    """Return the artifacts that functions would run, from a preview with `--show-sames`.

    Raises:
        ArtifactError: the bucket is not known yet, so it is not the shared one.
    """
    inputs = [step.after for step in preview.steps if step.type == FUNCTION and step.code_after]
    if any(not isinstance(code.get("s3Bucket"), str) or code["s3Bucket"] == UNKNOWN for code in inputs):
        raise ArtifactError(
            "the stack would create its own artifact bucket: set artifactBucket to the bucket that the stages share"
        )
    return sorted({StoredArtifact(bucket=code["s3Bucket"], key=code["s3Key"]) for code in inputs})


def record(s3: Any, functions: Sequence[RunningFunction]) -> None:
    """Record the SHA-256 of the artifacts that the first stage runs.

    Raises:
        ArtifactError: a different one is already recorded.
    """
    for function in functions:
        stored, body = function.artifact, function.sha256.encode()
        try:
            s3.put_object(Bucket=stored.bucket, Key=FOLDER + stored.key, Body=body, IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise
            _compare(stored, _recorded(s3, stored), function.sha256, f"{function.function} runs")


def verify_stored(s3: Any, artifacts: Sequence[StoredArtifact]) -> None:
    """Compare the artifacts in the bucket with the recorded SHA-256.

    Raises:
        ArtifactError: one is missing, not recorded, or different.
    """
    for stored in artifacts:
        expected = _recorded(s3, stored)
        _compare(stored, expected, _digest(_chunks(s3, stored.bucket, stored.key)), "the bucket has")


def verify_running(s3: Any, functions: Sequence[RunningFunction]) -> None:
    """Compare the artifacts that Lambda runs with the recorded SHA-256: Lambda read the bucket after `verify_stored`.

    Raises:
        ArtifactError: a function runs a different artifact.
    """
    for function in functions:
        expected = _recorded(s3, function.artifact)
        _compare(function.artifact, expected, function.sha256, f"{function.function} runs")


def _recorded(s3: Any, stored: StoredArtifact) -> str:
    try:
        return b"".join(_chunks(s3, stored.bucket, FOLDER + stored.key)).decode()
    except ArtifactError:
        raise ArtifactError(
            f"no SHA-256 is recorded for {stored.key} in {stored.bucket}: the first stage has not run it. Deploy this "
            "commit to the first stage"
        ) from None


def _chunks(s3: Any, bucket: str, key: str) -> Iterator[bytes]:
    try:
        body = s3.get_object(Bucket=bucket, Key=key)["Body"]
    except ClientError as error:
        if error.response["Error"]["Code"] in NOT_FOUND:
            raise ArtifactError(
                f"{key} is not in {bucket}: deploy this commit to the first stage, which builds it"
            ) from None
        raise
    yield from body.iter_chunks()


def _digest(chunks: Iterator[bytes]) -> str:
    """Return the SHA-256 in base64."""
    found = hashlib.sha256()
    for chunk in chunks:
        found.update(chunk)
    return base64.b64encode(found.digest()).decode()


def _compare(stored: StoredArtifact, expected: str, found: str, where: str) -> None:
    if found != expected:
        raise ArtifactError(
            f"{stored.key} in {stored.bucket} is not what the first stage ran: {where} SHA-256 {found}, and "
            f"{expected} is recorded. Promote nothing until you know who wrote it: CloudTrail has the event"
        )
