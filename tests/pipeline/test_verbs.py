"""`python -m pipeline`, as the workflows call it."""

import json
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from pipeline.__main__ import main
from pipeline.guard import LABEL
from tests.pipeline.recorded import FIXTURES
from tests.recording import ROOT


def pipeline(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipeline", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_pipeline_runs_with_the_program_s_dependencies() -> None:
    """A runner has requirements.txt and nothing of the development packages."""
    program = "import sys; before = set(sys.modules); import pipeline.__main__; print(*set(sys.modules) - before)"
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    requirements = (ROOT / "requirements.txt").read_text()
    imported = {name.split(".")[0] for name in result.stdout.split()}
    owners = packages_distributions()
    needed = {owner.lower().replace("_", "-") for module in imported for owner in owners.get(module, [])}
    assert {"pyyaml", "tomli"} <= needed
    # botocore takes its own certificates where certifi is not installed.
    assert all(f"\n{name}==" in requirements for name in needed - {"certifi"}), needed


def test_the_guard_fails_and_names_the_label() -> None:
    result = pipeline("guard", "--preview", FIXTURES / "replace.json", "--labels", '["other"]')
    assert result.returncode == 1
    assert "currencies-table" in result.stdout
    assert LABEL in result.stderr


@pytest.mark.parametrize(("name", "labels"), [("code", []), ("replace", [LABEL])])
def test_the_guard_passes(name: str, labels: list[str]) -> None:
    result = pipeline("guard", "--preview", FIXTURES / f"{name}.json", "--labels", json.dumps(labels))
    assert (result.returncode, result.stderr) == (0, "")


def test_the_guard_fails_without_a_preview(tmp_path: Path) -> None:
    assert pipeline("guard", "--preview", tmp_path / "none.json").returncode == 1


def test_stale_stacks_are_printed_as_a_steps_output(tmp_path: Path) -> None:
    (tmp_path / "open.json").write_text("[]")
    result = pipeline("stale", "--stacks", FIXTURES / "stacks.json", "--pull-requests", tmp_path / "open.json")
    assert result.stdout == 'stacks=["pr-12"]\n'


def test_a_failed_smoke_test_prints_the_rollback_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = {"apiUrl": "http://127.0.0.1:1", "routes": {"POST /echo": "echo"}, "guardedRoutes": {}}
    (tmp_path / "outputs.json").write_text(json.dumps(outputs))
    files = ["--outputs", str(tmp_path / "outputs.json"), "--history", str(FIXTURES / "history.json")]
    deployed = ["--stack", "prod", "--commit", "5f1b141ebc0430fc70c592ba1184480a3b81a9cb"]
    monkeypatch.setattr(sys, "argv", ["pipeline", "smoke", *deployed, *files])
    monkeypatch.setattr("pipeline.smoke.ATTEMPTS", 1)
    with pytest.raises(SystemExit) as stopped:
        main()
    assert "POST /echo did not respond" in capsys.readouterr().out
    assert "1 of 1 routes of prod do not work" in str(stopped.value)
    assert "gh workflow run rollback.yml --field stack=prod --field commit=39cf04dd" in str(stopped.value)
