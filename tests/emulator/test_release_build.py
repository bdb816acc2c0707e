"""The build that cloud stacks get, of the real workspace."""

import os
import subprocess
import sys
import uuid
from pathlib import Path

from benchmarks.targets import TARGETS
from components.architecture import host_architecture
from components.artifacts.plan import PACKER_VERSION, artifact_key
from components.cargo_workspace import read_workspace
from components.source_digest import BuildSettings, source_digests
from tests.emulator.conftest import Local
from tests.recording import ROOT

LIMITS_MB = {target.subject.split(",")[0]: target.at_most for target, _ in TARGETS if target.what == "zip, MB"}


def test_the_small_build_of_every_function_is_within_its_limit(local: Local) -> None:
    host = host_architecture()
    settings = BuildSettings(architecture=host, profile="release", packer_version=PACKER_VERSION)
    digests = source_digests(read_workspace(ROOT / "rust"), settings)
    keys = {binary: artifact_key(binary, host, digest) for binary, digest in digests.items()}
    s3, bucket = local.context.client("s3"), f"release-{uuid.uuid4().hex}"
    s3.create_bucket(Bucket=bucket)
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "ARTIFACT_WORKSPACE": "rust",
        "ARTIFACT_ARCHITECTURE": host.value,
        "ARTIFACT_PROFILE": "release",
        "ARTIFACT_BUCKET": bucket,
        "ARTIFACT_KEYS": " ".join(keys.values()),
        "ARTIFACT_REGION": "us-east-1",
        "ARTIFACT_ENDPOINT": local.context.endpoint,
    }
    command = [sys.executable, "-m", "components.artifacts"]
    built = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    megabytes = {binary: s3.head_object(Bucket=bucket, Key=key)["ContentLength"] / 1e6 for binary, key in keys.items()}
    assert megabytes.keys() == LIMITS_MB.keys()
    assert {binary: size for binary, size in megabytes.items() if size > LIMITS_MB[binary]} == {}
