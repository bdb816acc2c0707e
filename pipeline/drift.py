"""The issue about changes of a stack's resources outside Pulumi."""

from pipeline.markdown import code
from pipeline.preview import Preview, Step

LABEL = "drift"

CHANGES = {"create": "was deleted", "update": "was changed", "delete": "is not in the program"}
"""The change of a resource, by the operation that would revert it."""


def title(stack: str) -> str:
    """Return the issue's title, which identifies it."""
    return f"{stack} has drifted"


def body(stack: str, preview: Preview) -> str | None:
    """Return the issue's text for the output of `pulumi preview --refresh --json`, or None without drift.

    The output of `pulumi refresh --preview-only --json` does not suffice: a changed resource has the operation
    `refresh` there, like an unchanged one.

    Raises:
        ValueError: the refresh failed.
    """
    if preview.errors:
        raise ValueError("\n".join(preview.errors))
    if not preview.changes:
        return None
    rows = "\n".join(_row(step) for step in preview.changes)
    return (
        f"The resources of `{stack}` on AWS differ from the program:\n\n{rows}\n\n"
        f"`pulumi up --refresh --stack {stack}` restores the program's state. Add intended changes to the "
        "program. Merged changes that are not deployed yet are listed too.\n\n"
        "This issue is updated every night, and closed when there is no drift.\n"
    )


def _row(step: Step) -> str:
    properties = ", ".join(map(code, step.properties))
    change = CHANGES.get(step.operation, step.operation)
    return f"- {code(step.name)} ({code(step.type)}) {change}{f': {properties}' if properties else ''}"
