"""How to bring a stack back to the commit it ran before."""

from collections.abc import Iterable, Mapping
from typing import Any


def previous_commit(history: Iterable[Mapping[str, Any]], commit: str) -> str | None:
    """Return the commit of the newest successful update that was not of `commit`.

    `history` is what `pulumi stack history --json` printed, the newest first.
    """
    for update in history:
        head = update.get("environment", {}).get("git.head")
        if update.get("kind") == "update" and update.get("result") == "succeeded" and head and head != commit:
            return str(head)
    return None


def instructions(stack: str, history: Iterable[Mapping[str, Any]], commit: str) -> str:
    """Say what to type."""
    before = previous_commit(history, commit)
    if before is None:
        return f"{stack} ran no other commit before: correct the program and deploy again."
    return (
        f"Bring {stack} back to {before}, which it ran before; its artifacts are in the bucket, nothing is compiled:\n"
        f"    gh workflow run rollback.yml --field stack={stack} --field commit={before}"
    )
