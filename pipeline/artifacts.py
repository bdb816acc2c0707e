"""Holds the stages to one set of bytes: what the first stage ran is recorded, and compared wherever it is promoted.

A key names sources. The SHA-256 of the artifact itself is recorded beside it once the first stage has run it: Lambda
reports it as `CodeSha256`. A later stage reads the artifact again before its update, and asks Lambda afterwards.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from pipeline.preview import FUNCTION, UNKNOWN, Preview

FOLDER = "sha256/"
"""Of the records, by the artifact's key; written once, as everything in the bucket."""
MISSING = ("NoSuchKey", "404")


class ArtifactError(Exception):
    """An artifact is not what the first stage ran; the message says what to do."""


@dataclass(frozen=True, kw_only=True, order=True)
class Stored:
    """An artifact in the bucket that the stages share."""

    bucket: str
    key: str
    """`echo/arm64/<digest>.zip`."""


@dataclass(frozen=True, kw_only=True)
class Running:
    """The code of one function."""

    function: str
    artifact: Stored
    sha256: str
    """Of the artifact's bytes, in base64 as Lambda writes it."""


def running(outputs: Mapping[str, Any]) -> list[Running]:
    """Return the code of each function from a stack's outputs.

    Raises:
        ArtifactError: they do not say it, as those of an older program.
    """
    if "code" not in outputs:
        raise ArtifactError("the outputs have no `code`: deploy a commit whose program exports it")
    return [
        Running(function=name, artifact=Stored(bucket=code["bucket"], key=code["key"]), sha256=code["sha256"])
        for name, code in outputs["code"].items()
    ]


def promoted(preview: Preview) -> list[Stored]:
    """Return the artifacts that functions would take; with `--show-sames`, those of unchanged functions too.

    Raises:
        ArtifactError: the bucket is not known, so it is none that stages share.
    """
    inputs = [step.after for step in preview.steps if step.type == FUNCTION and step.code_after]
    if any(not isinstance(code.get("s3Bucket"), str) or code["s3Bucket"] == UNKNOWN for code in inputs):
        raise ArtifactError(
            "the stack would have an artifact bucket of its own: set artifactBucket to the one that the stages share"
        )
    return sorted({Stored(bucket=code["s3Bucket"], key=code["s3Key"]) for code in inputs})


def record(s3: Any, functions: Sequence[Running]) -> None:
    """Record the SHA-256 of what the first stage runs.

    Raises:
        ArtifactError: another one is recorded for an artifact.
    """
    for function in functions:
        stored, body = function.artifact, function.sha256.encode()
        try:
            s3.put_object(Bucket=stored.bucket, Key=FOLDER + stored.key, Body=body, IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise
            _compare(stored, _recorded(s3, stored), function.sha256, f"{function.function} runs")


def verify_stored(s3: Any, artifacts: Sequence[Stored]) -> None:
    """Compare artifacts in the bucket with what is recorded, byte for byte.

    Raises:
        ArtifactError: one is missing, not recorded, or another one.
    """
    for stored in artifacts:
        expected = _recorded(s3, stored)
        _compare(stored, expected, _digest(_chunks(s3, stored.bucket, stored.key)), "the bucket holds")


def verify_running(s3: Any, functions: Sequence[Running]) -> None:
    """Compare what Lambda runs with what is recorded: it read the bucket after `verify_stored` did.

    Raises:
        ArtifactError: a function runs something else.
    """
    for function in functions:
        expected = _recorded(s3, function.artifact)
        _compare(function.artifact, expected, function.sha256, f"{function.function} runs")


def _recorded(s3: Any, stored: Stored) -> str:
    try:
        return b"".join(_chunks(s3, stored.bucket, FOLDER + stored.key)).decode()
    except ArtifactError:
        raise ArtifactError(
            f"no SHA-256 is recorded for {stored.key} in {stored.bucket}: the first stage has not run it. Deploy that "
            "commit there first"
        ) from None


def _chunks(s3: Any, bucket: str, key: str) -> Iterator[bytes]:
    try:
        body = s3.get_object(Bucket=bucket, Key=key)["Body"]
    except ClientError as error:
        if error.response["Error"]["Code"] in MISSING:
            raise ArtifactError(
                f"{key} is not in {bucket}. Deploy that commit to the first stage, which builds it"
            ) from None
        raise
    yield from body.iter_chunks()


def _digest(chunks: Iterator[bytes]) -> str:
    """Return the SHA-256 in base64."""
    found = hashlib.sha256()
    for chunk in chunks:
        found.update(chunk)
    return base64.b64encode(found.digest()).decode()


def _compare(stored: Stored, expected: str, found: str, where: str) -> None:
    if found != expected:
        raise ArtifactError(
            f"{stored.key} in {stored.bucket} is not what the first stage ran: {where} SHA-256 {found}, and {expected} "
            "is recorded. Promote nothing until it is known who wrote it: CloudTrail has the event"
        )
