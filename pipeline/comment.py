"""The comment about one stack on a pull request, as Markdown."""

import re
from collections.abc import Mapping, Sequence

from pipeline.guard import LABEL, Verdict, sentence
from pipeline.preview import Preview, Step

LIMIT = 65_000
"""Characters; GitHub takes 65,536 in a comment."""
SHOWN_RESOURCES = 40
SHOWN_PROPERTIES = 6
SHOWN_FILES = 8
SHOWN_ERRORS = 5
SHOWN_CHARACTERS = 5_000
"""Of each error; a traceback ends with what matters."""
PROVIDER_LINES = re.compile(r"^\s*\[provider=.*\]\n", re.MULTILINE)


def marker(stack: str) -> str:
    """Return the invisible first line by which the comment is found again."""
    return f"<!-- stack {stack} -->"


def preview_comment(
    stack: str, preview: Preview, verdict: Verdict, causes: Mapping[str, Sequence[str]], diff: str
) -> str:
    """Say what a pull request would do to a stack, which code changes and why, and what is refused.

    `causes` names the files of the pull request that alter each binary. `diff` is the text of
    `pulumi preview --diff --suppress-outputs`, in which secrets are `[secret]`.
    """
    parts = [marker(stack), f"### {stack}: {_headline(preview)}"]
    if preview.errors:
        parts += [_fenced(error[-SHOWN_CHARACTERS:]) for error in preview.errors[:SHOWN_ERRORS]]
    else:
        parts += [_losses(verdict), _code(preview, causes), _resources(preview.changes)]
        parts.append(_details(diff, LIMIT - sum(map(len, parts))) if preview.changes else "")
    return "\n\n".join(filter(None, parts)) + "\n"


def environment_comment(stack: str, api_url: str, label: str) -> str:
    """Say where the environment of a pull request is, and when it goes."""
    return (
        f"{marker(stack)}\n\n### {stack} is up\n\n{api_url}\n\n"
        f"Each push updates it. It is destroyed when this is closed or loses the label `{label}`.\n"
    )


def _headline(preview: Preview) -> str:
    if preview.errors:
        return "the preview failed"
    if not preview.changes:
        return "nothing changes"
    order = [*(word for word in ("create", "update", "replace", "delete") if word in preview.counts), "same"]
    said = [f"{preview.counts[word]} to {word}" for word in order[:-1]]
    return ", ".join([*said, f"{preview.counts.get('same', 0)} unchanged"])


def _losses(verdict: Verdict) -> str:
    if not verdict.losses:
        return ""
    said = "\n".join(f"> - {sentence(loss)}" for loss in verdict.losses)
    if verdict.allowed:
        return f"> [!WARNING]\n> The label `{LABEL}` allows this:\n{said}"
    return f"> [!CAUTION]\n> Refused:\n{said}\n>\n> If that is meant, add the label `{LABEL}`."


def _code(preview: Preview, causes: Mapping[str, Sequence[str]]) -> str:
    rows = [
        f"| `{binary}` | {_reason(step, causes.get(binary, []))} |"
        for binary, step in sorted(preview.code_changes.items())
    ]
    return "\n".join(["| New code | Because of |", "|---|---|", *rows]) if rows else ""


def _reason(step: Step, files: Sequence[str]) -> str:
    if step.code_before is None:
        return "the function is new"
    before, after = (str(key).split("/")[1] for key in (step.code_before, step.code_after))
    if before != after:
        return f"another architecture, {before} to {after}"
    if not files:
        return "no file of this pull request: the stack runs the code of another commit"
    said = [f"`{file}`" for file in files[:SHOWN_FILES]]
    more = len(files) - len(said)
    return "<br>".join([*said, f"and {more} more"] if more else said)


def _resources(changes: Sequence[Step]) -> str:
    if not changes:
        return ""
    rows = [
        f"| {step.operation} | `{step.name}` | `{step.type}` | {_properties(step)} |"
        for step in changes[:SHOWN_RESOURCES]
    ]
    more = len(changes) - len(rows)
    rows += [f"| | and {more} more | | |"] if more else []
    return "\n".join(["| | Resource | Type | Properties |", "|---|---|---|---|", *rows])


def _properties(step: Step) -> str:
    said = [f"`{path}`" for path in step.properties[:SHOWN_PROPERTIES]]
    more = len(step.properties) - len(said)
    return ", ".join([*said, f"{more} more"] if more else said)


def _details(diff: str, room: int) -> str:
    text = PROVIDER_LINES.sub("", diff).strip()
    cut = "" if len(text) < room - 1_000 else "\n… the rest is in the log of this check"
    shown = text[: room - 1_000] if cut else text
    return f"<details><summary><code>pulumi preview --diff</code></summary>\n\n{_fenced(shown + cut)}\n\n</details>"


def _fenced(text: str) -> str:
    """Fence a text with more backticks than it has in a row, so that none of it is Markdown."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}\n{text}\n{fence}"
