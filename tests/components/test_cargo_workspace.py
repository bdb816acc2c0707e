from pathlib import Path

import pytest

from components.cargo_workspace import WorkspaceError, read_workspace
from tests.recording import ROOT
from tests.workspaces import FILES, write_workspace


def test_a_binary_is_found_by_its_main_file(tmp_path: Path) -> None:
    workspace = read_workspace(write_workspace(tmp_path))
    assert list(workspace.binaries) == ["alone", "hello"]


def test_named_and_further_binaries_are_found(tmp_path: Path) -> None:
    write_workspace(tmp_path)
    crate = tmp_path / "functions/alone"
    (crate / "src/bin/nested").mkdir(parents=True)
    (crate / "src/bin/second.rs").write_text("fn main() {}")
    (crate / "src/bin/nested/main.rs").write_text("fn main() {}")
    manifest = crate / "Cargo.toml"
    manifest.write_text(manifest.read_text() + '\n[[bin]]\nname = "renamed"\npath = "src/main.rs"\n')
    assert list(read_workspace(tmp_path).binaries) == ["hello", "nested", "renamed", "second"]


def test_path_dependencies_are_followed_through_the_workspace_table(tmp_path: Path) -> None:
    workspace = read_workspace(write_workspace(tmp_path))
    reached = [package.name for package in workspace.reached_from(workspace.packages["hello"])]
    assert reached == ["greeting", "hello"]


def test_target_build_and_renamed_dependencies_count_and_dev_dependencies_do_not(tmp_path: Path) -> None:
    write_workspace(tmp_path)
    (tmp_path / "functions/alone/Cargo.toml").write_text(
        '[package]\nname = "alone"\n'
        '[target."cfg(unix)".dependencies]\nlibc = "0.2"\n'
        '[build-dependencies]\ncc = "1"\n'
        '[dependencies]\njson = { package = "serde_json", version = "1" }\n'
        '[dev-dependencies]\nproptest = "1"\n'
    )
    assert read_workspace(tmp_path).packages["alone"].dependencies == {"libc", "cc", "serde_json"}


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ({"Cargo.toml": "[package]\nname = 'x'\n"}, "has no \\[workspace\\] table"),
        ({"Cargo.toml": "not toml"}, "is not valid TOML"),
        ({"functions/alone/Cargo.toml": "[package"}, "functions/alone/Cargo.toml is not valid TOML"),
    ],
)
def test_a_broken_manifest_is_named(tmp_path: Path, broken: dict[str, str], message: str) -> None:
    write_workspace(tmp_path, {**FILES, **broken})
    with pytest.raises(WorkspaceError, match=message):
        read_workspace(tmp_path)


def test_a_missing_workspace_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="nowhere/Cargo.toml does not exist"):
        read_workspace(tmp_path / "nowhere")


def test_a_dependency_outside_the_workspace_is_refused_because_its_sources_are_not_seen(tmp_path: Path) -> None:
    write_workspace(tmp_path / "rust")
    write_workspace(tmp_path / "elsewhere", {"Cargo.toml": '[package]\nname = "elsewhere"\n'})
    manifest = tmp_path / "rust/functions/alone/Cargo.toml"
    manifest.write_text(manifest.read_text() + 'elsewhere = { path = "../../../elsewhere" }\n')
    workspace = read_workspace(tmp_path / "rust")
    with pytest.raises(WorkspaceError, match="which is no member of the workspace"):
        workspace.reached_from(workspace.packages["alone"])


def test_every_function_of_this_repository_is_a_binary_named_as_its_folder() -> None:
    folders = sorted(manifest.parent.name for manifest in (ROOT / "rust/functions").glob("*/Cargo.toml"))
    assert list(read_workspace(ROOT / "rust").binaries) == folders
