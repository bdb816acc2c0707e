"""Refuses a deployment that would bring a stack back behind what it runs."""

import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


def running_commit(history: Iterable[Mapping[str, Any]]) -> str | None:
    """Return the commit of the newest update; None before the first.

    One that failed counts: a part of it runs. `history` is what `pulumi stack history --json` printed, newest first.
    """
    heads = (
        update.get("environment", {}).get("git.head")
        for update in history
        if update.get("kind") == "update" and update.get("result") != "not-started"
    )
    return next((str(head) for head in heads if head), None)


def refusal(root: Path, stack: str, running: str | None, commit: str) -> str | None:
    """Return why a commit may not be deployed over the one that runs, and what to do; None when it may.

    It may when the running commit is an ancestor of it, or itself, in the repository at `root`.
    """
    if running is None or _is_ancestor(root, running, commit):
        return None
    why = "goes back behind" if _is_ancestor(root, commit, running) else "does not contain"
    return (
        f"{commit} {why} {running}, which {stack} runs. Deploy a commit that contains it. To go back on purpose:\n"
        f"    gh workflow run rollback.yml --field stack={stack} --field commit={commit}"
    )


def commits_between(root: Path, running: str | None, commit: str) -> list[str]:
    """Return the commits that a deployment brings: those of `commit`'s first parents since the running one."""
    revisions = [commit, "--max-count=1"] if running is None else [f"{running}..{commit}"]
    command = ["git", "rev-list", "--first-parent", *revisions]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.split()


def _is_ancestor(root: Path, ancestor: str, commit: str) -> bool:
    """A commit that is not in the repository is nobody's ancestor."""
    command = ["git", "merge-base", "--is-ancestor", ancestor, commit]
    return subprocess.run(command, cwd=root, capture_output=True, check=False).returncode == 0
