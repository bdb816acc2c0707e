"""Brings every artifact of the plan into the bucket, and compiles only when one is missing."""

import os
import sys
from pathlib import Path

from components.artifacts.bucket import ArtifactBucket
from components.artifacts.cargo import compile_workspace
from components.artifacts.elf import check_executable
from components.artifacts.package import package
from components.artifacts.plan import PACKER_VERSION, ArtifactPlan, BuildError, artifact_key
from components.cargo_workspace import WorkspaceError, read_workspace
from components.source_digest import BuildSettings, source_digests


def main() -> None:
    """Run the plan in the environment; one line on stdout for each artifact."""
    plan = ArtifactPlan.from_environment(os.environ)
    try:
        uploaded = bring(plan)
    except (BuildError, WorkspaceError) as error:
        sys.exit(f"error: {error}")
    for binary, key in plan.keys.items():
        print(f"{key} {'uploaded' if binary in uploaded else 'was there'}")


def bring(plan: ArtifactPlan) -> set[str]:
    """Build and upload what is missing, and return the names of the binaries that were.

    Raises:
        BuildError, WorkspaceError: with the remedy.
    """
    bucket = ArtifactBucket(plan)
    missing = bucket.missing(plan.keys)
    if not missing:
        return set()
    root = Path(plan.workspace).resolve()
    _check_sources(plan, root)
    compiled = compile_workspace(root, plan.profile, plan.architecture)
    _check_sources(plan, root)
    for binary, key in missing.items():
        executable = compiled / binary / "bootstrap"
        check_executable(binary, executable, plan.architecture)
        bucket.upload(key, package(binary, executable.read_bytes()))
    return set(missing)


def _check_sources(plan: ArtifactPlan, root: Path) -> None:
    """Refuse to store a binary under the digest of other sources."""
    settings = BuildSettings(architecture=plan.architecture, profile=plan.profile, packer_version=PACKER_VERSION)
    digests = source_digests(read_workspace(root), settings)
    keys = {binary: artifact_key(binary, plan.architecture, digest) for binary, digest in digests.items()}
    changed = sorted(binary for binary, key in plan.keys.items() if keys.get(binary) != key)
    if changed:
        raise BuildError(f"the sources of {', '.join(changed)} changed while this ran: run it again")


if __name__ == "__main__":
    main()
