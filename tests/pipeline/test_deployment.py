import json
import subprocess
from pathlib import Path

import pytest

from components.version_shift import AT_ONCE, Outcome
from pipeline.__main__ import main
from pipeline.deployment import (
    commits_between,
    failed_versions,
    previous_commit,
    refusal,
    rollback_instructions,
    running_commit,
)
from pipeline.github import labels_of
from tests.pipeline.recorded import recorded_json
from tests.recording import ROOT


def update(head: str | None, *, kind: str = "update", result: str = "succeeded") -> dict[str, object]:
    return {"kind": kind, "result": result, "environment": {"git.head": head} if head else {}}


@pytest.fixture
def commits(tmp_path: Path) -> dict[str, str]:
    """A repository with the consecutive commits a, b and c, and `side`, which branches off at a."""

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


def test_the_running_commit_is_the_newest_update() -> None:
    assert running_commit([update("b"), update("a")]) == "b"
    assert running_commit([update("x", kind="refresh"), update("x", kind="preview"), update(None), update("a")]) == "a"
    assert running_commit([]) is None


def test_a_failed_update_counts() -> None:
    """Deploying an older commit would delete what it created."""
    assert running_commit([update("b", result="failed"), update("a")]) == "b"


@pytest.mark.parametrize(("running", "commit"), [("a", "b"), ("a", "c"), ("c", "c"), ("side", "side")])
def test_a_newer_commit_may_be_deployed(tmp_path: Path, commits: dict[str, str], running: str, commit: str) -> None:
    assert refusal(tmp_path, "prod", commits[running], commits[commit]) is None


def test_the_first_deployment_is_allowed(tmp_path: Path, commits: dict[str, str]) -> None:
    assert refusal(tmp_path, "prod", None, commits["a"]) is None


@pytest.mark.parametrize(
    ("running", "commit", "why"),
    [("c", "b", "is older than"), ("c", "a", "is older than"), ("side", "c", "does not contain")],
)
def test_an_older_commit_is_refused_with_the_rollback_command(
    tmp_path: Path, commits: dict[str, str], running: str, commit: str, why: str
) -> None:
    message = refusal(tmp_path, "prod", commits[running], commits[commit])
    assert message is not None
    assert why in message
    assert f"gh workflow run rollback.yml --field stack=prod --field commit={commits[commit]}" in message


def test_an_unknown_running_commit_is_not_an_ancestor(tmp_path: Path, commits: dict[str, str]) -> None:
    """It was deployed from a workstation and never pushed."""
    assert "does not contain" in str(refusal(tmp_path, "dev", "0" * 40, commits["c"]))


def test_a_deployment_adds_the_merges_since_the_running_commit(tmp_path: Path, commits: dict[str, str]) -> None:
    assert commits_between(tmp_path, commits["a"], commits["c"]) == [commits["c"], commits["b"]]
    assert commits_between(tmp_path, commits["c"], commits["c"]) == []
    assert commits_between(tmp_path, None, commits["c"]) == [commits["c"]]


def test_only_merged_pull_requests_contribute_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    """The labels of an open pull request that contains a merged commit do not count."""
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


def test_forward_fails_with_the_reason(
    tmp_path: Path, commits: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "history.json").write_text(json.dumps([update(commits["c"])]))
    words = ["pipeline", "forward", "--stack", "prod", "--history", "history.json", "--commit", commits["a"]]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", words)
    with pytest.raises(SystemExit, match="is older than"):
        main()
    monkeypatch.setattr("sys.argv", [*words[:-1], commits["c"]])
    main()


NEW, OLD = "5f1b141ebc0430fc70c592ba1184480a3b81a9cb", "39cf04dd2d02880980fa944a07bf12f71fdc237f"


def test_the_previous_commit_is_the_one_deployed_before() -> None:
    assert previous_commit(recorded_json("history"), NEW) == OLD


def test_failed_updates_refreshes_and_destroys_are_not_previous_commits() -> None:
    history = [update("c"), update("b", result="failed"), update("b", kind="refresh"), update("b", kind="destroy")]
    assert previous_commit([*history, update("a")], "c") == "a"


def test_the_same_commit_deployed_twice_is_not_its_previous_commit() -> None:
    assert previous_commit([update("b"), update("b"), update("a")], "b") == "a"


def test_the_rollback_instructions_end_with_a_command() -> None:
    message = rollback_instructions("prod", recorded_json("history"), NEW)
    assert message.splitlines()[-1].strip() == f"gh workflow run rollback.yml --field stack=prod --field commit={OLD}"


def test_the_first_deployment_has_no_previous_commit() -> None:
    assert "no earlier commit" in rollback_instructions("dev", [update("a")], "a")
    assert "no earlier commit" in rollback_instructions("dev", [], "a")


DEPLOYED = {"outcome": "deployed", "live": "8", "reason": ""}
BACK = {"outcome": Outcome.ROLLED_BACK.value, "live": "7", "reason": "version 8 failed 3 times"}


def test_a_function_that_was_rolled_back_is_reported() -> None:
    assert failed_versions({"deployments": {"echo": DEPLOYED, "glitch": BACK}}) == [
        "glitch was rolled back to version 7: version 8 failed 3 times"
    ]


@pytest.mark.parametrize("outputs", [{}, {"deployments": {}}, {"deployments": {"echo": DEPLOYED, "glitch": {}}}])
def test_a_stack_without_such_a_function_passes(outputs: dict[str, object]) -> None:
    assert failed_versions(outputs) == []


def test_a_rollback_deploys_at_once() -> None:
    assert f"{AT_ONCE}: ${{{{ inputs.rollback" in (ROOT / ".github/workflows/stage.yml").read_text()


def test_live_fails_and_names_the_function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "outputs.json"
    monkeypatch.setattr("sys.argv", ["pipeline", "live", "--stack", "prod", "--outputs", str(file)])
    file.write_text(json.dumps({"deployments": {"glitch": BACK}}))
    with pytest.raises(SystemExit, match="new versions of prod failed:\nglitch was rolled back"):
        main()
    file.write_text(json.dumps({"deployments": {"glitch": DEPLOYED}}))
    main()
