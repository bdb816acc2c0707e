"""Creates and updates comments and issues with `gh`, which has the workflow's token."""

import json
import subprocess
from collections.abc import Iterable, Sequence
from typing import Any

AUTHOR = "github-actions[bot]"


def put_comment(pull_request: int, marker: str, body: str) -> None:
    """Update our comment that starts with `marker`, or create it."""
    comments = _api("GET", f"issues/{pull_request}/comments", paginate=True)
    ours = [item for item in comments if item["user"]["login"] == AUTHOR and item["body"].startswith(marker)]
    if ours:
        _api("PATCH", f"issues/comments/{ours[0]['id']}", {"body": body})
    else:
        _api("POST", f"issues/{pull_request}/comments", {"body": body})


def put_issue(title: str, label: str, body: str | None) -> None:
    """Update our open issue with the title, or create it; close it if `body` is None."""
    issues = _api("GET", f"issues?state=open&labels={label}&per_page=100", paginate=True)
    ours = [item for item in issues if item["user"]["login"] == AUTHOR and item["title"] == title]
    if body is None:
        for issue in ours:
            _api("POST", f"issues/{issue['number']}/comments", {"body": "The drift is gone."})
            _api("PATCH", f"issues/{issue['number']}", {"state": "closed", "state_reason": "completed"})
    elif ours:
        _api("PATCH", f"issues/{ours[0]['number']}", {"body": body})
    else:
        _api("POST", "issues", {"title": title, "body": body, "labels": [label]})


def labels_of(commits: Iterable[str]) -> list[str]:
    """Return the labels of the merged pull requests that contain the commits."""
    pulls = (pull for commit in commits for pull in _api("GET", f"commits/{commit}/pulls", paginate=True))
    return sorted({label["name"] for pull in pulls if pull["merged_at"] for label in pull["labels"]})


def _api(method: str, path: str, content: dict[str, Any] | None = None, *, paginate: bool = False) -> Any:
    """Call GitHub's REST API for the repository of this checkout or of GH_REPO."""
    command = ["gh", "api", "--method", method, f"repos/{{owner}}/{{repo}}/{path}"]
    command += ["--paginate", "--slurp"] if paginate else []
    command += ["--input", "-"] if content is not None else []
    text = json.dumps(content) if content is not None else None
    response = json.loads(subprocess.run(command, input=text, stdout=subprocess.PIPE, text=True, check=True).stdout)
    return _flat(response) if paginate else response


def _flat(pages: Sequence[Sequence[Any]]) -> list[Any]:
    return [item for page in pages for item in page]
