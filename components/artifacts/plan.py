"""What the build Command is told, as environment variables that are the same on every machine."""

from collections.abc import Mapping
from dataclasses import dataclass

from components.architecture import Architecture

PACKER_VERSION = "1"
"""Part of every digest: raise it when `package.py` or `cargo.py` would make other bytes from the same sources."""


class BuildError(Exception):
    """The artifacts cannot be made; the message is for the person who ran the program."""


@dataclass(frozen=True, kw_only=True)
class ArtifactPlan:
    """The artifacts that must be in the bucket when the Command ends."""

    workspace: str
    """Folder of the Cargo workspace, relative to the program."""
    architecture: Architecture
    profile: str
    """Cargo profile."""
    bucket: str
    keys: Mapping[str, str]
    """S3 key of each binary."""
    region: str
    endpoint: str | None
    """S3 endpoint when it is not AWS's own; real credentials are never sent to it."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "ArtifactPlan":
        """Read a plan written by `to_environment`."""
        return cls(
            workspace=environment["ARTIFACT_WORKSPACE"],
            architecture=Architecture(environment["ARTIFACT_ARCHITECTURE"]),
            profile=environment["ARTIFACT_PROFILE"],
            bucket=environment["ARTIFACT_BUCKET"],
            keys={key.split("/", 1)[0]: key for key in environment["ARTIFACT_KEYS"].split()},
            region=environment["ARTIFACT_REGION"],
            endpoint=environment.get("ARTIFACT_ENDPOINT"),
        )


def artifact_key(binary: str, architecture: Architecture, digest: str) -> str:
    """Return the S3 key of a binary's artifact."""
    return f"{binary}/{architecture}/{digest}.zip"
