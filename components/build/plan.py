"""The plan of a build, the same on every machine."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from ..architecture import Architecture

PACKER_VERSION = "3"
"""Part of every digest: increase it when the same sources give other archives, or the digest is computed otherwise."""


class BuildError(Exception):
    """The artifacts cannot be built; the message says what is wrong and what to do."""


def artifact_key(binary: str, architecture: Architecture, digest: str) -> str:
    """Return the name of an artifact in the bucket."""
    return f"{binary}/{architecture}/{digest}.zip"


@dataclass(frozen=True, kw_only=True)
class BuildSettings:
    """Settings that affect the binaries."""

    architecture: Architecture
    profile: str
    """Cargo profile."""
    features: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Features of the package of a binary, by the binary's name."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables of the build."""
    include: tuple[str, ...] = ()
    """Files and folders outside the packages that builds read, relative to the project."""
    files: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Files that are packed next to a binary, by its name: sources relative to the project, by their place in the
    zip."""


@dataclass(frozen=True, kw_only=True)
class BuildPlan:
    """The project and its settings. The bucket, the keys and the AWS access are separate variables."""

    workspace: str
    """Folder of the Cargo project, relative to the folder that the build runs in."""
    settings: BuildSettings

    @classmethod
    def from_json(cls, text: str) -> "BuildPlan":
        """Read what `to_json` wrote."""
        plan = json.loads(text)
        settings = plan.pop("settings")
        settings["features"] = {binary: tuple(names) for binary, names in settings["features"].items()}
        settings |= {"architecture": Architecture(settings["architecture"]), "include": tuple(settings["include"])}
        return cls(**plan, settings=BuildSettings(**settings))

    def to_json(self) -> str:
        """Return the plan as text, the same for the same plan."""
        return json.dumps(asdict(self), sort_keys=True)
