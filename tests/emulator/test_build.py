"""The build as `RustWorkspace` runs it: the real program, the real cargo-lambda, the emulator's S3."""

import base64
import hashlib
import io
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import uuid
import venv
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from components.architecture import host_architecture
from components.build.access import VARIABLE, AwsAccess
from components.build.inputs import read_inputs
from components.build.plan import BuildPlan, BuildSettings
from tests.emulator.conftest import Local
from tests.recording import ROOT
from tests.waiting import eventually, is_running
from tests.workspaces import write_workspace

HOST = host_architecture()

SMALL = {
    "Cargo.toml": (
        '[workspace]\nmembers = ["functions/*"]\nresolver = "3"\n'
        '[profile.release]\nstrip = true\nopt-level = 0\nlto = "off"\n'
    ),
    "Cargo.lock": (
        'version = 4\n\n[[package]]\nname = "one"\nversion = "0.1.0"\n\n[[package]]\nname = "two"\nversion = "0.1.0"\n'
    ),
    "rust-toolchain.toml": (ROOT / "rust/rust-toolchain.toml").read_text(),
    "functions/one/Cargo.toml": '[package]\nname = "one"\nversion = "0.1.0"\nedition = "2024"\n',
    "functions/one/src/main.rs": 'fn main() { std::env::args().nth(1).expect("an argument"); }\n',
    "functions/two/Cargo.toml": '[package]\nname = "two"\nversion = "0.1.0"\nedition = "2024"\n',
    "functions/two/src/main.rs": "fn main() {}\n",
}
"""Two binaries without dependencies; the first can panic, so it contains the path of its source."""


SETTINGS = BuildSettings(architecture=HOST, profile="release")


@dataclass(frozen=True, kw_only=True)
class Builder:
    """A program's folder and a bucket for its artifacts."""

    folder: Path
    bucket: str
    s3: Any
    endpoint: str
    binaries: tuple[str, ...] = ("one", "two")
    settings: BuildSettings = SETTINGS
    python: Path = Path(sys.executable)

    def variables(self) -> dict[str, str]:
        """Return the environment of the Command."""
        plan = BuildPlan(workspace="rust", settings=self.settings)
        return {
            "ARTIFACT_PLAN": plan.to_json(),
            "ARTIFACT_BUCKET": self.bucket,
            "ARTIFACT_KEYS": "\n".join(self.keys.values()),
            VARIABLE: AwsAccess(region="us-east-1", endpoint=self.endpoint).to_json(),
        }

    def start(self, environment: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """Start the build with the current keys of the sources."""
        variables = {**os.environ, "PYTHONPATH": str(ROOT), **self.variables(), **(environment or {})}
        return subprocess.Popen(
            [self.python, "-m", "components.supervisor", "components.build"],
            cwd=self.folder,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run the build and wait for it."""
        with self.start(environment) as process:
            stdout, stderr = process.communicate()
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)

    @property
    def keys(self) -> dict[str, str]:
        """The artifact key of each binary."""
        return read_inputs(self.folder / "rust", self.settings, self.binaries, self.folder).keys

    def stored(self) -> dict[str, bytes]:
        """Return the objects in the bucket."""
        found = self.s3.list_objects_v2(Bucket=self.bucket).get("Contents", [])
        return {item["Key"]: self.s3.get_object(Bucket=self.bucket, Key=item["Key"])["Body"].read() for item in found}

    def edit(self, name: str, content: str) -> None:
        """Write a file of the workspace."""
        write_workspace(self.folder / "rust", {name: content})


def builder_of(folder: Path, local: Local, binaries: tuple[str, ...] = ("one", "two")) -> Builder:
    """Return a builder of the workspace in a folder."""
    s3 = local.context.client("s3")
    bucket = f"artifacts-{uuid.uuid4().hex}"
    s3.create_bucket(Bucket=bucket)
    return Builder(folder=folder, bucket=bucket, s3=s3, endpoint=local.context.endpoint, binaries=binaries)


def builder_in(folder: Path, local: Local) -> Builder:
    write_workspace(folder / "rust", SMALL)
    return builder_of(folder, local)


@pytest.fixture
def builder(tmp_path: Path, local: Local) -> Builder:
    return builder_in(tmp_path, local)


def test_every_binary_is_built_and_uploaded_once(builder: Builder) -> None:
    first = builder.run()
    assert first.returncode == 0, first.stderr
    assert first.stdout.splitlines() == [f"{key} uploaded" for key in builder.keys.values()]
    for archive in builder.stored().values():
        assert zipfile.ZipFile(io.BytesIO(archive)).namelist() == ["bootstrap"]

    second = builder.run({"PATH": "/nonexistent"})
    assert second.returncode == 0, second.stderr
    assert second.stdout.splitlines() == [f"{key} already in the bucket" for key in builder.keys.values()]
    assert second.stderr == ""


def test_an_edit_uploads_one_artifact_and_reverting_none(builder: Builder) -> None:
    builder.run()
    before = builder.keys
    builder.edit("functions/two/src/main.rs", "fn main() { std::process::exit(2) }\n")
    edited = builder.run()
    assert edited.stdout.splitlines() == [
        f"{builder.keys['one']} already in the bucket",
        f"{builder.keys['two']} uploaded",
    ]
    builder.edit("functions/two/src/main.rs", SMALL["functions/two/src/main.rs"])
    assert builder.keys == before
    assert builder.run({"PATH": "/nonexistent"}).returncode == 0


def test_builds_are_reproducible_in_any_folder(tmp_path: Path, local: Local) -> None:
    stored = []
    for folder in (tmp_path / "a", tmp_path / "somewhere/else"):
        checkout = builder_in(folder, local)
        assert checkout.run({"CARGO_HOME": os.environ.get("CARGO_HOME", str(Path.home() / ".cargo"))}).returncode == 0
        stored.append(checkout.stored())
    assert stored[0] == stored[1]


def test_binaries_contain_no_local_paths(local: Local) -> None:
    functions = local.context.client("lambda")
    s3 = local.context.client("s3")
    (bucket,) = [item["Name"] for item in s3.list_buckets()["Buckets"] if item["Name"].startswith("rust-artifacts-")]
    stored = [
        s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
        for item in s3.list_objects_v2(Bucket=bucket)["Contents"]
    ]
    deployed = [function["CodeSha256"] for function in functions.list_functions()["Functions"]]
    # A stack that is running may have artifacts of earlier deployments, too.
    assert set(deployed) <= {base64.b64encode(hashlib.sha256(archive).digest()).decode() for archive in stored}
    assert len(set(deployed)) == len(deployed)
    for archive in stored:
        executable = zipfile.ZipFile(io.BytesIO(archive)).read("bootstrap")
        assert str(ROOT).encode() not in executable
        assert str(Path.home() / ".cargo").encode() not in executable


def test_a_compile_error_is_shown_and_nothing_uploaded(builder: Builder) -> None:
    builder.edit("functions/two/src/main.rs", 'fn main() { let number: u8 = "text"; }\n')
    failed = builder.run()
    assert failed.returncode == 1
    assert "error[E0308]: mismatched types" in failed.stderr
    assert "functions/two/src/main.rs:1:30" in failed.stderr
    assert "could not compile `two`" in failed.stderr
    assert failed.stderr.splitlines()[-1].startswith("error: the Rust workspace does not compile")
    assert builder.stored() == {}


def test_sources_changed_during_a_build_are_never_uploaded(builder: Builder) -> None:
    keys = " ".join(builder.keys.values())
    builder.edit("functions/two/src/main.rs", "fn main() { std::process::exit(2) }\n")
    late = builder.run({"ARTIFACT_KEYS": keys})
    assert late.returncode == 1
    assert "error: the sources of two changed while this ran: run it again" in late.stderr


def folder_with(tmp_path: Path, *tools: str) -> str:
    """Return a PATH with only some of this machine's tools."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in tools:
        found = shutil.which(tool)
        assert found is not None
        (folder / tool).symlink_to(found)
    return str(folder)


def test_missing_rust_is_one_line_with_the_remedy(builder: Builder, tmp_path: Path) -> None:
    refused = builder.run({"PATH": folder_with(tmp_path, "sh")})
    assert refused.stderr == "error: cargo is not on the PATH: install Rust with rustup, https://rustup.rs\n"


def test_a_missing_cargo_lambda_is_one_line_with_the_remedy(builder: Builder, tmp_path: Path) -> None:
    # A virtual environment with the same packages, but without tools.
    venv.create(tmp_path / "venv", symlinks=True)
    (packages,) = (tmp_path / "venv").glob("lib/python*/site-packages")
    (packages / "these.pth").write_text(sysconfig.get_path("purelib"))
    bare = replace(builder, python=tmp_path / "venv/bin/python")
    refused = bare.run({"PATH": folder_with(tmp_path, "cargo", "rustc")})
    assert refused.stderr.startswith(
        "error: cargo-lambda is not in the virtual environment of the program: run `pulumi install`"
    )
    assert len(refused.stderr.splitlines()) == 1


def test_a_profile_that_does_not_exist_is_one_line(builder: Builder) -> None:
    access = AwsAccess(region="us-east-1", profile="nobody").to_json()
    refused = builder.run({VARIABLE: access})
    assert refused.stderr.startswith("error: AWS cannot be used: The config profile (nobody)")
    assert len(refused.stderr.splitlines()) == 1


def test_a_missing_bucket_is_one_line_with_the_setting(builder: Builder) -> None:
    refused = builder.run({"ARTIFACT_BUCKET": "nowhere"})
    assert refused.stderr.startswith("error: the artifact bucket nowhere cannot be read: ")
    assert "artifactBucket in the stack's configuration" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_a_missing_rust_target_is_one_line_with_the_remedy(builder: Builder, tmp_path: Path) -> None:
    """As after rustup, the library folder of the target is empty."""
    path = folder_with(tmp_path, "cargo")
    rustc = tmp_path / "bin/rustc"
    rustc.write_text(f"#!/bin/sh\necho {tmp_path}\necho {tmp_path}/lib\n")
    rustc.chmod(0o755)
    refused = builder.run({"PATH": f"{path}:{Path(sys.executable).parent}"})
    target = HOST.rust_target
    assert refused.stderr == (
        f"error: the Rust target {target} is not installed: run `rustup toolchain install 1.95.0` and "
        f"`rustup target add --toolchain 1.95.0 {target}`\n"
    )


def test_concurrent_builds_upload_their_own_artifacts(tmp_path: Path, local: Local) -> None:
    builders = [builder_in(tmp_path / name, local) for name in ("a", "b", "c")]
    for number, builder in enumerate(builders):
        builder.edit("functions/one/src/main.rs", f'fn main() {{ println!("{number}"); }}\n')
    running = [builder.start({"CARGO_TARGET_DIR": str(tmp_path / "target")}) for builder in builders]
    for process in running:
        _, stderr = process.communicate()
        assert process.returncode == 0, stderr
    for number, builder in enumerate(builders):
        archive = builder.stored()[builder.keys["one"]]
        path = tmp_path / f"bootstrap-{number}"
        path.write_bytes(zipfile.ZipFile(io.BytesIO(archive)).read("bootstrap"))
        path.chmod(0o755)
        assert subprocess.run([path], capture_output=True, text=True, check=True).stdout == f"{number}\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_build_leaves_no_process_or_artifact(builder: Builder, number: signal.Signals) -> None:
    """Pulumi sends SIGKILL to an interrupted Command."""
    waits = (
        'fn main() { std::fs::write("started", std::process::id().to_string()).unwrap(); loop { std::thread::park() } }'
    )
    builder.edit("functions/one/build.rs", waits)
    process = builder.start()
    started = builder.folder / "rust/target/rust-serverless/sources/functions/one/started"
    eventually(started.exists)
    eventually(started.read_text)
    script = int(started.read_text())
    process.send_signal(number)
    _, stderr = process.communicate()
    assert process.returncode != 0
    assert number == signal.SIGKILL or "error: the build was interrupted: run it again. Artifacts" in stderr
    eventually(lambda: not is_running(script))
    assert builder.stored() == {}
    builder.edit("functions/one/build.rs", "fn main() {}")
    assert builder.run().returncode == 0
