"""The issue about what someone changed in a stack behind Pulumi's back."""

from pipeline.markdown import code
from pipeline.preview import Preview, Step

LABEL = "drift"

HAPPENED = {"create": "is gone", "update": "is not as the program says", "delete": "is not in the program"}


def title(stack: str) -> str:
    """Return the title by which the issue is found again."""
    return f"{stack} has drifted"


def body(stack: str, preview: Preview) -> str | None:
    """Returns what differs, from `pulumi preview --refresh --json`; None when nothing does.

    `pulumi refresh --preview-only --json` shows deletions alone: a changed resource has the operation `refresh` there,
    as an unchanged one has.

    Raises:
        ValueError: the refresh failed, so nothing is known.
    """
    if preview.errors:
        raise ValueError("\n".join(preview.errors))
    if not preview.changes:
        return None
    rows = "\n".join(_row(step) for step in preview.changes)
    return (
        f"What AWS has differs from what the program says of `{stack}`:\n\n{rows}\n\n"
        f"`pulumi up --refresh --stack {stack}` puts it back as the program says. What was changed on purpose belongs "
        "into the program; what was merged and not deployed yet is shown as well.\n\n"
        "This is looked at every night, and closed when it is gone.\n"
    )


def _row(step: Step) -> str:
    what = ", ".join(map(code, step.properties))
    happened = HAPPENED.get(step.operation, step.operation)
    return f"- {code(step.name)} ({code(step.type)}) {happened}{f': {what}' if what else ''}"
