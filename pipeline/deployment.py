"""Decides which commits may be deployed to a stack, and how to roll it back.

`history` is the output of `pulumi stack history --json`, newest update first.
"""

import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from components.version_shift import Outcome


def running_commit(history: Iterable[Mapping[str, Any]]) -> str | None:
    """Return the commit of the newest update, or None if there is none. A failed update counts, as parts of it run."""
    heads = (
        update.get("environment", {}).get("git.head")
        for update in history
        if update.get("kind") == "update" and update.get("result") != "not-started"
    )
    return next((str(head) for head in heads if head), None)


def previous_commit(history: Iterable[Mapping[str, Any]], commit: str) -> str | None:
    """Return the commit of the newest successful update with another commit, or None."""
    for update in history:
        head = update.get("environment", {}).get("git.head")
        if update.get("kind") == "update" and update.get("result") == "succeeded" and head and head != commit:
            return str(head)
    return None


def rollback_instructions(stack: str, history: Iterable[Mapping[str, Any]], commit: str) -> str:
    """Return how to roll a stack back to the commit before `commit`."""
    before = previous_commit(history, commit)
    if before is None:
        return f"{stack} has no earlier commit to roll back to: fix the program and deploy again."
    return (
        f"Roll {stack} back to {before}, its previous commit; its artifacts are in the bucket:\n"
        f"    gh workflow run rollback.yml --field stack={stack} --field commit={before}"
    )


def refusal(root: Path, stack: str, running: str | None, commit: str) -> str | None:
    """Return why a commit must not be deployed and what to do, or None if it is the running commit or a descendant."""
    if running is None or _is_ancestor(root, running, commit):
        return None
    why = "is older than" if _is_ancestor(root, commit, running) else "does not contain"
    return (
        f"{commit} {why} {running}, which {stack} runs. Deploy a commit that contains it. To go back on purpose:\n"
        f"    gh workflow run rollback.yml --field stack={stack} --field commit={commit}"
    )


def commits_between(root: Path, running: str | None, commit: str) -> list[str]:
    """Return the commits that a deployment adds: the first parents of `commit` since the running one."""
    revisions = [commit, "--max-count=1"] if running is None else [f"{running}..{commit}"]
    command = ["git", "rev-list", "--first-parent", *revisions]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.split()


def failed_versions(outputs: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each function that was rolled back."""
    return [
        f"{function} was rolled back to version {result['live']}: {result['reason']}"
        for function, result in sorted(outputs.get("deployments", {}).items())
        if result.get("outcome") == Outcome.ROLLED_BACK
    ]


def _is_ancestor(root: Path, ancestor: str, commit: str) -> bool:
    """Return whether a commit is an ancestor; False if it is not in the repository."""
    command = ["git", "merge-base", "--is-ancestor", ancestor, commit]
    return subprocess.run(command, cwd=root, capture_output=True, check=False).returncode == 0
