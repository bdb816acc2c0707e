import json
import subprocess
from pathlib import Path

import pytest

from pipeline.__main__ import main
from pipeline.forward import commits_between, refusal, running_commit
from pipeline.github import labels_of


def update(head: str | None, *, kind: str = "update", result: str = "succeeded") -> dict[str, object]:
    return {"kind": kind, "result": result, "environment": {"git.head": head} if head else {}}


@pytest.fixture
def commits(tmp_path: Path) -> dict[str, str]:
    """A repository: `a`, `b`, `c` one after the other, and `side`, which left at `a`."""

    def git(*words: str) -> str:
        config = ["-c", "user.name=a", "-c", "user.email=a@b.example", "-c", "commit.gpgsign=false"]
        command = ["git", *config, *words]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.strip()

    def commit(name: str) -> str:
        git("commit", "--quiet", "--allow-empty", "--message", name)
        return git("rev-parse", "HEAD")

    git("init", "--quiet", "--initial-branch", "main")
    found = {"a": commit("a")}
    git("checkout", "--quiet", "-b", "side")
    found["side"] = commit("side")
    git("checkout", "--quiet", "main")
    return {**found, "b": commit("b"), "c": commit("c")}


def test_the_running_commit_is_that_of_the_newest_update() -> None:
    assert running_commit([update("b"), update("a")]) == "b"
    assert running_commit([update("x", kind="refresh"), update("x", kind="preview"), update(None), update("a")]) == "a"
    assert running_commit([]) is None


def test_an_update_that_failed_half_way_counts() -> None:
    """Going back behind it would take away what it has made."""
    assert running_commit([update("b", result="failed"), update("a")]) == "b"


@pytest.mark.parametrize(("running", "commit"), [("a", "b"), ("a", "c"), ("c", "c"), ("side", "side")])
def test_forward_passes(tmp_path: Path, commits: dict[str, str], running: str, commit: str) -> None:
    assert refusal(tmp_path, "prod", commits[running], commits[commit]) is None


def test_a_first_deployment_passes(tmp_path: Path, commits: dict[str, str]) -> None:
    assert refusal(tmp_path, "prod", None, commits["a"]) is None


@pytest.mark.parametrize(
    ("running", "commit", "why"),
    [("c", "b", "goes back behind"), ("c", "a", "goes back behind"), ("side", "c", "does not contain")],
)
def test_going_back_is_refused_with_the_workflow_that_may(
    tmp_path: Path, commits: dict[str, str], running: str, commit: str, why: str
) -> None:
    said = refusal(tmp_path, "prod", commits[running], commits[commit])
    assert said is not None
    assert why in said
    assert f"gh workflow run rollback.yml --field stack=prod --field commit={commits[commit]}" in said


def test_a_running_commit_that_nobody_has_is_not_taken_for_an_older_one(
    tmp_path: Path, commits: dict[str, str]
) -> None:
    """It was deployed from a machine, and never pushed."""
    assert "does not contain" in str(refusal(tmp_path, "dev", "0" * 40, commits["c"]))


def test_a_deployment_brings_what_was_merged_since_the_running_commit(tmp_path: Path, commits: dict[str, str]) -> None:
    assert commits_between(tmp_path, commits["a"], commits["c"]) == [commits["c"], commits["b"]]
    assert commits_between(tmp_path, commits["c"], commits["c"]) == []
    assert commits_between(tmp_path, None, commits["c"]) == [commits["c"]]


def test_labels_are_those_of_merged_pull_requests_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens a pull request with a merged commit in it, and labels it, allows nothing."""
    pulls: dict[str, list[dict[str, object]]] = {
        "commits/b/pulls": [{"merged_at": "2026-01-01T00:00:00Z", "labels": [{"name": "allow-loss"}, {"name": "x"}]}],
        "commits/c/pulls": [{"merged_at": None, "labels": [{"name": "open"}]}],
    }

    def api(method: str, path: str, *, paginate: bool) -> list[dict[str, object]]:
        assert (method, paginate) == ("GET", True)
        return pulls[path]

    monkeypatch.setattr("pipeline.github._api", api)
    assert labels_of(["c", "b"]) == ["allow-loss", "x"]
    assert labels_of(["c"]) == []


def test_the_verb_fails_with_the_reason(
    tmp_path: Path, commits: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "history.json").write_text(json.dumps([update(commits["c"])]))
    words = ["pipeline", "forward", "--stack", "prod", "--history", "history.json", "--commit", commits["a"]]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", words)
    with pytest.raises(SystemExit, match="goes back behind"):
        main()
    monkeypatch.setattr("sys.argv", [*words[:-1], commits["c"]])
    main()
