"""The comments on pull requests, as Markdown."""

import re
from collections.abc import Mapping, Sequence

from pipeline.guard import LABEL, Loss, Verdict
from pipeline.markdown import code, fenced
from pipeline.preview import Preview, Step

LIMIT = 65_000
"""Maximum length; GitHub allows 65,536 characters."""
SHOWN_RESOURCES = 40
SHOWN_PROPERTIES = 6
SHOWN_FILES = 8
SHOWN_ERRORS = 5
SHOWN_NAME = 300
"""Maximum length of a name; a file's path can have 4,096 characters."""
SHOWN_CHARACTERS = 5_000
"""Maximum length of an error, of which the end is shown: a traceback ends with its message."""
URL = re.compile(r"https?://[a-z0-9.:-]+(/[\w./-]*)?", re.ASCII)
PROVIDER_LINES = re.compile(r"^\s*\[provider=.*\]\n", re.MULTILINE)


def marker(stack: str) -> str:
    """Return the invisible first line that identifies the comment."""
    return f"<!-- stack {stack} -->"


def preview_comment(
    stack: str, preview: Preview, verdict: Verdict, causes: Mapping[str, Sequence[str]], diff: str
) -> str:
    """Return the comment about a preview: changes, new code with its causes, and refused losses.

    `causes` has the files of the pull request that alter each binary. `diff` is the output of
    `pulumi preview --diff --suppress-outputs`, in which secrets are `[secret]`.
    """
    parts = [marker(stack), f"### {stack}: {_headline(preview)}"]
    if preview.errors:
        parts += [fenced(error[-SHOWN_CHARACTERS:]) for error in preview.errors[:SHOWN_ERRORS]]
    else:
        parts += [_losses(verdict), _code(preview, causes), _resources(preview.changes)]
        parts.append(_details(diff, LIMIT - sum(map(len, parts))) if preview.changes else "")
    return "\n\n".join(filter(None, parts)) + "\n"


def environment_comment(stack: str, api_url: str, label: str) -> str:
    """Return the comment about a pull request's environment."""
    return (
        f"{marker(stack)}\n\n### {stack} is up\n\n{_link(api_url)}\n\n"
        f"Each push updates it. It is destroyed when this is closed or loses the label `{label}`.\n"
    )


def _link(url: str) -> str:
    """Return a link, or a code span if the output is not a URL."""
    return url if URL.fullmatch(url) else code(url)


def _headline(preview: Preview) -> str:
    if preview.errors:
        return "the preview failed"
    if not preview.changes:
        return "nothing changes"
    order = [*(word for word in ("create", "update", "replace", "delete") if word in preview.counts), "same"]
    changes = [f"{preview.counts[word]} to {word}" for word in order[:-1]]
    return ", ".join([*changes, f"{preview.counts.get('same', 0)} unchanged"])


def _losses(verdict: Verdict) -> str:
    if not verdict.losses:
        return ""
    listed = "\n".join(f"> - {_loss(loss)}" for loss in verdict.losses[:SHOWN_RESOURCES])
    more = len(verdict.losses) - SHOWN_RESOURCES
    listed += f"\n> - and {more} more" if more > 0 else ""
    if verdict.allowed:
        return f"> [!WARNING]\n> The label `{LABEL}` allows this:\n{listed}"
    return f"> [!CAUTION]\n> Refused:\n{listed}\n>\n> If this is intended, add the label `{LABEL}`."


def _loss(loss: Loss) -> str:
    return f"{code(loss.name)} ({code(loss.type)}) {loss.what}"


def _code(preview: Preview, causes: Mapping[str, Sequence[str]]) -> str:
    rows = [
        f"| {_cell(binary)} | {_reason(step, causes.get(binary, []))} |"
        for binary, step in sorted(preview.code_changes.items())
    ]
    return "\n".join(["| New code | Cause |", "|---|---|", *rows]) if rows else ""


def _reason(step: Step, files: Sequence[str]) -> str:
    if step.code_before is None:
        return "the function is new"
    before, after = (str(key).split("/")[1] for key in (step.code_before, step.code_after))
    if before != after:
        return f"another architecture, {_cell(before)} to {_cell(after)}"
    if not files:
        return "no file of this pull request: the stack runs another commit's code"
    cells = [_cell(file) for file in files[:SHOWN_FILES]]
    more = len(files) - len(cells)
    return "<br>".join([*cells, f"and {more} more"] if more else cells)


def _resources(changes: Sequence[Step]) -> str:
    if not changes:
        return ""
    rows = [
        f"| {step.operation} | {_cell(step.name)} | {_cell(step.type)} | {_properties(step)} |"
        for step in changes[:SHOWN_RESOURCES]
    ]
    more = len(changes) - len(rows)
    rows += [f"| | and {more} more | | |"] if more else []
    return "\n".join(["| | Resource | Type | Properties |", "|---|---|---|---|", *rows])


def _properties(step: Step) -> str:
    cells = [_cell(path) for path in step.properties[:SHOWN_PROPERTIES]]
    more = len(step.properties) - len(cells)
    return ", ".join([*cells, f"{more} more"] if more else cells)


def _cell(text: str) -> str:
    return code(text[:SHOWN_NAME], in_table=True)


def _details(diff: str, room: int) -> str:
    text = PROVIDER_LINES.sub("", diff).strip()
    cut = "" if len(text) < room - 1_000 else "\n… see the log of this check for the rest"
    shown = text[: room - 1_000] if cut else text
    return f"<details><summary><code>pulumi preview --diff</code></summary>\n\n{fenced(shown + cut)}\n\n</details>"
