import contextlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
from pulumi.runtime.mocks import MockCallArgs, MockMonitor

from components.aws_credentials import AwsCredentials
from components.build.access import VARIABLE, AwsAccess
from components.build.plan import BuildPlan
from components.local.program import run_declarations
from components.rust_workspace import RustWorkspace, RustWorkspaceArgs
from tests.recording import NO_CONFIG, Recorded, Recording, RecordingMonitor, on_a_short_stack, record
from tests.workspaces import FILES, write_workspace


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program's folder with a workspace in `rust/`."""
    write_workspace(tmp_path / "rust")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def declared(**args: Any) -> Recording:
    def declare() -> None:
        workspace = RustWorkspace("rust", RustWorkspaceArgs(**{"region": "eu-west-1", **args}))
        for binary in ("alone", "hello"):
            workspace.artifact(binary)

    return record(declare)


def access(recording: Recording) -> AwsAccess:
    return AwsAccess.from_json(build(recording).inputs["environment"][VARIABLE])


def build(recording: Recording) -> Recorded:
    return recording.named("rust-build")


@pytest.mark.usefixtures("program")
def test_the_build_knows_a_key_for_every_binary() -> None:
    environment = build(declared()).inputs["environment"]
    keys = environment["ARTIFACT_KEYS"].split()
    assert [key.split("/")[:2] for key in keys] == [["alone", "arm64"], ["hello", "arm64"]]
    assert environment["ARTIFACT_BUCKET"] == "rust-artifacts"


@pytest.mark.usefixtures("program")
def test_only_requested_binaries_are_built() -> None:
    def declare() -> None:
        RustWorkspace("rust", RustWorkspaceArgs(region="eu-west-1")).artifact("hello")

    (key,) = build(record(declare)).inputs["environment"]["ARTIFACT_KEYS"].split()
    assert key.startswith("hello/")


@pytest.mark.usefixtures("program")
def test_the_build_command_is_the_same_in_every_checkout() -> None:
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
def test_the_bucket_is_private_tls_only_and_disposable() -> None:
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
def test_an_endpoint_gets_no_credentials() -> None:
    credentials = AwsCredentials(profile="work", access_key="key", secret_key="secret")
    found = access(declared(endpoint="http://127.0.0.1:4566", credentials=credentials))
    assert found == AwsAccess(region="eu-west-1", endpoint="http://127.0.0.1:4566")


@pytest.mark.usefixtures("program")
def test_the_credentials_of_the_stack_reach_the_build() -> None:
    role = {"roleArn": "arn:aws:iam::123456789012:role/deploy"}
    found = access(declared(credentials=AwsCredentials(profile="work", assume_roles=[role])))
    assert (found.profile, found.assume_roles, found.region) == ("work", (role,), "eu-west-1")


@pytest.mark.usefixtures("program")
def test_an_explicit_provider_gives_the_build_its_region_and_credentials() -> None:
    def declare() -> None:
        provider = aws.Provider("there", region="ap-south-1", profile="there")
        args = RustWorkspaceArgs(region="eu-west-1")
        RustWorkspace("rust", args, pulumi.ResourceOptions(providers=[provider])).artifact("hello")

    found = access(record(declare))
    assert (found.region, found.profile) == ("ap-south-1", "there")


class AccountRecording(Recording):
    """Returns the account of the provider."""

    def call(self, args: MockCallArgs) -> dict[str, Any]:  # type: ignore[override]
        found = super().call(args)
        return found | {"accountId": "111111111111"} if "accountId" in found else found


@pytest.mark.usefixtures("program")
@pytest.mark.parametrize(
    ("monitor", "refusal"),
    [
        (MockMonitor, contextlib.nullcontext()),
        (RecordingMonitor, pytest.raises(pulumi.RunError, match="but Commands would use 222222222222")),
    ],
)
def test_credentials_of_another_account_are_refused_except_in_unit_tests(
    monkeypatch: pytest.MonkeyPatch,
    monitor: Callable[[Recording], MockMonitor],
    refusal: contextlib.AbstractContextManager[Any],
) -> None:
    monkeypatch.setattr(AwsAccess, "caller_account", lambda _: "222222222222")

    def declare() -> None:
        RustWorkspace("rust", RustWorkspaceArgs(region="eu-west-1")).artifact("hello")

    with refusal:
        on_a_short_stack(lambda: run_declarations(declare, NO_CONFIG, monitor(AccountRecording())))


@pytest.mark.usefixtures("program")
def test_an_unknown_binary_is_refused_with_the_remedy() -> None:
    def declare() -> None:
        RustWorkspace("rust", RustWorkspaceArgs(region="eu-west-1")).artifact("helo")

    with pytest.raises(pulumi.RunError, match="has no binary helo. Create it, or name one that exists: alone, hello"):
        record(declare)


def test_an_unreadable_workspace_is_refused_with_the_remedy(program: Path) -> None:
    write_workspace(program / "rust", {**FILES, "Cargo.toml": "[package]"})
    with pytest.raises(pulumi.RunError, match=r"Cargo.toml has no package\.name"):
        declared()


@pytest.mark.usefixtures("program")
def test_extra_files_change_the_key_of_their_binary_only() -> None:
    def declare(files: dict[str, str]) -> Recording:
        def declare() -> None:
            workspace = RustWorkspace("rust", RustWorkspaceArgs(region="eu-west-1"))
            workspace.artifact("alone")
            for _ in range(2):
                workspace.artifact("hello", files=files)

        return record(declare)

    bare, packed = (
        build(declare(files)).inputs["environment"] for files in ({}, {"pages/": "functions/hello/templates"})
    )
    keys, others = (environment["ARTIFACT_KEYS"].split() for environment in (bare, packed))
    assert keys[0] == others[0]
    assert keys[1] != others[1]
    plan = BuildPlan.from_json(packed["ARTIFACT_PLAN"])
    assert plan.settings.files == {"hello": {"pages/": "functions/hello/templates"}}


@pytest.mark.usefixtures("program")
def test_features_change_the_key_of_their_binary_only() -> None:
    def declare(*features: str, everywhere: Sequence[str] = ()) -> Recording:
        def declare() -> None:
            workspace = RustWorkspace("rust", RustWorkspaceArgs(region="eu-west-1", features={"hello": everywhere}))
            workspace.artifact("alone")
            for names in (features, reversed(features)):
                workspace.artifact("hello", features=[*names])

        return record(declare)

    recordings = declare(), declare("color", "otel"), declare("otel", everywhere=["color"])
    bare, chosen, mixed = (build(recording).inputs["environment"] for recording in recordings)
    assert mixed == chosen
    keys, others = (environment["ARTIFACT_KEYS"].split() for environment in (bare, chosen))
    assert keys[0] == others[0]
    assert keys[1] != others[1]
    assert BuildPlan.from_json(chosen["ARTIFACT_PLAN"]).settings.features == {"hello": ("color", "otel")}


@pytest.mark.usefixtures("program")
def test_a_binary_has_one_list_of_features() -> None:
    def declare() -> None:
        workspace = RustWorkspace("rust", RustWorkspaceArgs(region="eu-west-1"))
        workspace.artifact("hello", features=["color"])
        workspace.artifact("hello")

    with pytest.raises(pulumi.RunError, match=r"artifact\('hello'\) was called with other files or features before"):
        record(declare)


@pytest.mark.usefixtures("program")
def test_features_of_a_binary_that_nobody_requests_are_refused() -> None:
    with pytest.raises(
        pulumi.RunError, match=r"rust: features has 'nope', but the program never calls artifact\('nope'"
    ):
        declared(features={"nope": ["color"]})


@pytest.mark.usefixtures("program")
def test_an_architecture_may_be_its_name() -> None:
    keys = build(declared(architecture="x86_64")).inputs["environment"]["ARTIFACT_KEYS"].split()
    assert [key.split("/")[1] for key in keys] == ["x86_64", "x86_64"]
    with pytest.raises(pulumi.RunError, match="architecture is 'arm': use one of arm64, x86_64"):
        declared(architecture="arm")


@pytest.mark.usefixtures("program")
@pytest.mark.parametrize("value", [lambda: 1, lambda: pulumi.Output.from_input("n")])
def test_variables_of_the_build_are_plain_strings(value: Callable[[], Any]) -> None:
    def declare() -> None:
        RustWorkspaceArgs(environment={"N": value()})

    with pytest.raises(pulumi.RunError, match=r"environment\['N'\] must be a plain string, because the build's inputs"):
        record(declare)


@pytest.mark.usefixtures("program")
def test_features_are_not_a_string() -> None:
    def declare() -> None:
        RustWorkspace("rust", RustWorkspaceArgs(region="eu-west-1")).artifact("hello", features="color")

    with pytest.raises(pulumi.RunError, match=r"artifact\('hello'\): features is a string: write a list, \['color'\]"):
        record(declare)


@pytest.mark.usefixtures("program")
@pytest.mark.parametrize(
    ("files", "message"),
    [
        (({"a/": "../../.."},), "is outside the project"),
        (({}, {"a/": "functions"}), "artifact\\('hello'\\) was called with other files or features before"),
    ],
)
def test_files_that_cannot_be_packed_are_refused(files: tuple[dict[str, str], ...], message: str) -> None:
    def declare() -> None:
        workspace = RustWorkspace("rust", RustWorkspaceArgs(region="eu-west-1"))
        for wanted in files:
            workspace.artifact("hello", files=wanted)

    with pytest.raises(pulumi.RunError, match=message):
        record(declare)


@pytest.mark.parametrize(
    ("channel", "is_exact"),
    [
        ("1.95.0", True),
        ("nightly-2026-03-01", True),
        ("beta-2026-03-01", True),
        ("1.95", False),
        ("stable", False),
        ("nightly", False),
        ("our-own", False),
        (None, False),
    ],
)
def test_a_toolchain_that_is_not_exact_warns(
    program: Path, monkeypatch: pytest.MonkeyPatch, channel: str | None, is_exact: bool
) -> None:
    file = program / "rust/rust-toolchain.toml"
    file.unlink()
    if channel:
        file.write_text(f'[toolchain]\nchannel = "{channel}"\n')
    warnings: list[str] = []
    monkeypatch.setattr("pulumi.log.warn", lambda message, *_: warnings.append(message))
    declared()
    assert warnings == (
        []
        if is_exact
        else [
            "rust pins no exact Rust toolchain, so different versions of rustc build different binaries for one key: "
            "set an exact channel, such as 1.95.0, in rust-toolchain.toml"
        ]
    )


@pytest.mark.usefixtures("program")
def test_two_workspaces_do_not_collide() -> None:
    def declare() -> None:
        for name in ("one", "two"):
            RustWorkspace(name, RustWorkspaceArgs(region="eu-west-1"))

    names = [(resource.typ, resource.name) for resource in record(declare).resources]
    assert len(names) == len(set(names))
