import subprocess
from pathlib import Path

import pytest

from pipeline.changed_files import causes, changed_files
from tests.workspaces import FILES, write_workspace

IDENTITY = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false")


def git(root: Path, *arguments: str) -> str:
    return subprocess.run(["git", *IDENTITY, *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one commit: a workspace in `rust/` and a document."""
    write_workspace(tmp_path / "rust")
    (tmp_path / "README.md").write_text("# Hello\n")
    (tmp_path / "components/build").mkdir(parents=True)
    (tmp_path / "components/build/plan.py").write_text('PACKER_VERSION = "1"\n')
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    commit(tmp_path)
    return tmp_path


def commit(root: Path) -> None:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "change")


def write(root: Path, name: str, content: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def causes_of_last_commit(root: Path) -> dict[str, list[str]]:
    return causes(root, "rust", changed_files(root, "HEAD^1", "HEAD"), "HEAD^1")


def test_the_changed_files_are_those_of_the_last_commit(repository: Path) -> None:
    write(repository, "with space ü.md", "x\n")
    commit(repository)
    assert changed_files(repository, "HEAD^1", "HEAD") == ["with space ü.md"]


def test_a_merge_shows_the_files_of_the_pull_request_only(repository: Path) -> None:
    git(repository, "switch", "--quiet", "--create", "feature")
    write(repository, "feature.md", "x\n")
    commit(repository)
    git(repository, "switch", "--quiet", "main")
    write(repository, "main.md", "x\n")
    commit(repository)
    git(repository, "merge", "--quiet", "--no-ff", "--message", "merge", "feature")
    assert changed_files(repository, "HEAD^1", "HEAD") == ["feature.md"]


def test_a_function_s_own_file_is_its_cause_only(repository: Path) -> None:
    write(repository, "rust/functions/alone/src/main.rs", "fn main() { /* new */ }\n")
    commit(repository)
    assert causes_of_last_commit(repository) == {"alone": ["rust/functions/alone/src/main.rs"], "hello": []}


def test_a_file_of_a_crate_affects_its_users(repository: Path) -> None:
    write(repository, "rust/crates/greeting/src/lib.rs", "pub fn greet() { /* new */ }\n")
    commit(repository)
    assert causes_of_last_commit(repository) == {"alone": [], "hello": ["rust/crates/greeting/src/lib.rs"]}


def test_a_deleted_file_is_a_cause(repository: Path) -> None:
    (repository / "rust/functions/hello/templates/page.html").unlink()
    commit(repository)
    assert causes_of_last_commit(repository)["hello"] == ["rust/functions/hello/templates/page.html"]


@pytest.mark.parametrize("name", ["Cargo.toml", "rust-toolchain.toml", ".cargo/config.toml"])
def test_a_file_of_the_workspace_is_a_cause_for_all(repository: Path, name: str) -> None:
    write(repository, f"rust/{name}", FILES[name] + "# new\n")
    commit(repository)
    assert causes_of_last_commit(repository) == {"alone": [f"rust/{name}"], "hello": [f"rust/{name}"]}


def test_the_lock_file_is_a_cause_for_users_of_updates(repository: Path) -> None:
    write(repository, "rust/Cargo.lock", FILES["Cargo.lock"].replace("1.0.15", "1.0.16"))
    commit(repository)
    assert causes_of_last_commit(repository) == {"alone": ["rust/Cargo.lock"], "hello": []}


def test_an_update_of_test_dependencies_is_not_a_cause(repository: Path) -> None:
    write(repository, "rust/Cargo.lock", FILES["Cargo.lock"].replace("1.7.0", "1.8.0"))
    commit(repository)
    assert causes_of_last_commit(repository) == {"alone": [], "hello": []}


def test_a_new_lock_file_is_a_cause_for_all(repository: Path) -> None:
    (repository / "rust/Cargo.lock").unlink()
    commit(repository)
    write(repository, "rust/Cargo.lock", FILES["Cargo.lock"])
    commit(repository)
    assert causes_of_last_commit(repository) == {"alone": ["rust/Cargo.lock"], "hello": ["rust/Cargo.lock"]}


def test_a_new_packer_version_is_a_cause_for_all(repository: Path) -> None:
    write(repository, "components/build/plan.py", 'PACKER_VERSION = "3"\n')
    commit(repository)
    assert set(map(tuple, causes_of_last_commit(repository).values())) == {("components/build/plan.py",)}


@pytest.mark.parametrize("name", ["README.md", "rust/deny.toml", "rust/functions/hello/README.md", "rusty.md"])
def test_any_other_file_is_not_a_cause(repository: Path, name: str) -> None:
    write(repository, name, "new\n")
    git(repository, "add", "--force", name)
    commit(repository)
    assert causes_of_last_commit(repository) == {"alone": [], "hello": []}
