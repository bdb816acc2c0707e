"""The issue about what someone changed in a stack behind Pulumi's back."""

from pipeline.preview import Preview, Step

LABEL = "drift"

HAPPENED = {"delete": "is gone", "update": "is not as the program left it"}


def title(stack: str) -> str:
    """Return the title by which the issue is found again."""
    return f"{stack} has drifted"


def body(stack: str, preview: Preview) -> str | None:
    """Say what differs, from `pulumi refresh --preview-only --json`; None when nothing does.

    Raises:
        ValueError: the refresh failed, so nothing is known.
    """
    if preview.errors:
        raise ValueError("\n".join(preview.errors))
    if not preview.changes:
        return None
    rows = "\n".join(_row(step) for step in preview.changes)
    return (
        f"What AWS has differs from what `{stack}` was left with:\n\n{rows}\n\n"
        f"`pulumi up --refresh --stack {stack}` puts it back as the program says. What was changed on purpose belongs "
        "into the program.\n\nThis is looked at every night, and closed when it is gone.\n"
    )


def _row(step: Step) -> str:
    what = ", ".join(f"`{path}`" for path in step.properties)
    return f"- `{step.name}` ({step.type}) {HAPPENED.get(step.operation, step.operation)}{f': {what}' if what else ''}"
