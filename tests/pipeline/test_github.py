"""Tests of the calls of `gh`, with a script on the PATH that records them."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline.github import put_comment, put_issue

GH = """\
#!/usr/bin/env python3
import json, os, sys
from pathlib import Path
folder = Path(os.environ["FAKE_GH"])
method, path = sys.argv[sys.argv.index("--method") + 1], sys.argv[4]
sent = json.load(sys.stdin) if "--input" in sys.argv else None
with (folder / "calls").open("a") as calls:
    calls.write(json.dumps([method, path, sent]) + "\\n")
answers = json.loads((folder / "answers").read_text())
print(json.dumps(answers.get(path, [[]] if method == "GET" else {})))
"""

COMMENTS = "repos/{owner}/{repo}/issues/12/comments"
ISSUES = "repos/{owner}/{repo}/issues?state=open&labels=drift&per_page=100"
BOT = {"login": "github-actions[bot]"}


@dataclass(frozen=True, kw_only=True)
class Fake:
    """GitHub's data, and the requests."""

    folder: Path

    def has(self, answers: Mapping[str, Any]) -> None:
        (self.folder / "answers").write_text(json.dumps(answers))

    @property
    def writes(self) -> list[list[Any]]:
        """Method, path and content of each call that changed something."""
        lines = (self.folder / "calls").read_text().splitlines()
        return [call for call in map(json.loads, lines) if call[0] != "GET"]


@pytest.fixture
def github(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    """A GitHub without comments and issues."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/gh").write_text(GH)
    (tmp_path / "bin/gh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("FAKE_GH", str(tmp_path))
    fake = Fake(folder=tmp_path)
    fake.has({})
    return fake


def test_the_first_comment_is_written(github: Fake) -> None:
    put_comment(12, "<!-- dev -->", "<!-- dev -->\nhello")
    assert github.writes == [["POST", COMMENTS, {"body": "<!-- dev -->\nhello"}]]


def test_a_comment_on_a_later_page_is_updated(github: Fake) -> None:
    other = {"id": 1, "user": BOT, "body": "<!-- prod -->\nold"}
    github.has({COMMENTS: [[other], [{"id": 2, "user": BOT, "body": "<!-- dev -->\nold"}]]})
    put_comment(12, "<!-- dev -->", "<!-- dev -->\nnew")
    assert github.writes == [
        ["PATCH", "repos/{owner}/{repo}/issues/comments/2", {"body": "<!-- dev -->\nnew"}],
    ]


def test_a_comment_of_someone_else_is_never_edited(github: Fake) -> None:
    github.has({COMMENTS: [[{"id": 1, "user": {"login": "mallory"}, "body": "<!-- dev -->\nmine"}]]})
    put_comment(12, "<!-- dev -->", "<!-- dev -->\nhello")
    assert [call[0] for call in github.writes] == ["POST"]


def test_text_is_sent_as_data_and_never_as_an_argument(github: Fake) -> None:
    body = "<!-- dev -->\n@/etc/passwd $(whoami) `id` 'quoted' \"twice\" --flag ü"
    put_comment(12, "<!-- dev -->", body)
    assert github.writes[0][2] == {"body": body}


def test_the_first_drift_opens_an_issue(github: Fake) -> None:
    put_issue("dev has drifted", "drift", "this")
    assert github.writes == [
        ["POST", "repos/{owner}/{repo}/issues", {"title": "dev has drifted", "body": "this", "labels": ["drift"]}],
    ]


def test_the_next_drift_updates_the_issue(github: Fake) -> None:
    issues = [
        {"number": 5, "user": BOT, "title": "prod has drifted"},
        {"number": 7, "user": BOT, "title": "dev has drifted"},
    ]
    github.has({ISSUES: [issues]})
    put_issue("dev has drifted", "drift", "that")
    assert github.writes == [["PATCH", "repos/{owner}/{repo}/issues/7", {"body": "that"}]]


def test_the_issue_is_closed_without_drift(github: Fake) -> None:
    github.has({ISSUES: [[{"number": 7, "user": BOT, "title": "dev has drifted"}]]})
    put_issue("dev has drifted", "drift", None)
    assert [call[:2] for call in github.writes] == [
        ["POST", "repos/{owner}/{repo}/issues/7/comments"],
        ["PATCH", "repos/{owner}/{repo}/issues/7"],
    ]
    assert github.writes[-1][2]["state"] == "closed"


def test_without_drift_and_without_an_issue_nothing_is_written(github: Fake) -> None:
    put_issue("dev has drifted", "drift", None)
    assert github.writes == []
