"""Uploads the artifacts of a plan; compiles only if one is missing."""

import fcntl
import sys
from collections.abc import Mapping
from pathlib import Path

from .access import VARIABLE, AwsAccess
from .bucket import ArtifactBucket
from .cargo import Compiler
from .elf import check_executable
from .inputs import read_inputs
from .package import package
from .plan import BuildError, BuildPlan
from .reads import Reads, check_recompiled
from .stage import Stage


def upload_missing(environment: Mapping[str, str]) -> dict[str, bool]:
    """Build and upload the artifacts that are missing from the bucket.

    Returns:
        For each key whether it was uploaded.

    Raises:
        BuildError: with the remedy.
    """
    plan = BuildPlan.from_json(environment["ARTIFACT_PLAN"])
    keys = {key.split("/", 1)[0]: key for key in environment["ARTIFACT_KEYS"].split()}
    bucket = ArtifactBucket(environment["ARTIFACT_BUCKET"], AwsAccess.from_json(environment[VARIABLE]))
    missing = bucket.missing(keys)
    if missing:
        for binary, content in build(plan, keys, set(missing), environment).items():
            bucket.upload(keys[binary], content)
    return {key: binary in missing for binary, key in keys.items()}


def build(
    plan: BuildPlan, keys: Mapping[str, str], missing: set[str], environment: Mapping[str, str]
) -> dict[str, bytes]:
    """Return the packed executables of the missing binaries. Builds in the same target folder wait for each other."""
    program = Path.cwd().resolve()
    inputs = read_inputs(program / plan.workspace, plan.settings, sorted(keys), program)
    if changed := sorted(binary for binary, key in inputs.keys.items() if keys[binary] != key):
        raise BuildError(f"the sources of {', '.join(changed)} changed while this ran: run it again")
    target = Path(environment.get("CARGO_TARGET_DIR") or inputs.workspace.folder / "target").absolute()
    stage = Stage(target / "rust-serverless")
    stage.root.mkdir(parents=True, exist_ok=True)
    with (stage.root / "lock").open("w") as lock:
        _wait_for(lock.fileno())
        recompiled = stage.update(inputs)
        compiler = Compiler(inputs, stage, environment)
        compiled = compiler.compile()
        check_recompiled(compiled, stage, recompiled)
        reads = Reads(inputs, stage, compiler, compiled)
        reads.check(environment)
        packed = {}
        for binary in sorted(missing):
            check_executable(binary, compiled.executables[binary], plan.settings.architecture)
            content = compiled.executables[binary].read_bytes()
            reads.check_local_paths(binary, content)
            packed[binary] = package(binary, content, inputs.extra_files[binary], profile=plan.settings.profile)
        return packed


def _wait_for(lock: int) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.stderr.write("Waiting for another build that uses the same target folder\n")
        sys.stderr.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
