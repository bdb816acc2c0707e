"""Refuses a preview that would lose what no second `pulumi up` brings back."""

from dataclasses import dataclass

from pipeline.preview import Preview, Step

LABEL = "allow-loss"
"""Label of a pull request that means it."""

LOST = {
    "aws:dynamodb/table:Table": "its items",
    "aws:cognito/userPool:UserPool": "its users and their passwords",
    "aws:apigatewayv2/api:Api": "the address that its clients know",
}
"""What goes with a resource of each guarded type."""

KEEPING = frozenset({"same", "create", "update", "read", "refresh", "import"})
"""Operations that keep a resource. Whatever is not among them is refused, so that a new word of Pulumi's is, too."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a preview would lose, and whether that is allowed."""

    losses: tuple[Step, ...]
    failed: bool
    """Whether the preview itself failed, so that nothing is known of what comes after the failure."""
    allowed: bool

    @property
    def refused(self) -> bool:
        """Whether the check has to fail."""
        return self.failed or (bool(self.losses) and not self.allowed)


def judge(preview: Preview, labels: list[str]) -> Verdict:
    """Look for guarded resources that would be deleted or replaced."""
    losses = tuple(step for step in preview.steps if step.type in LOST and step.operation not in KEEPING)
    return Verdict(losses=losses, failed=bool(preview.errors), allowed=LABEL in labels)


def sentence(loss: Step) -> str:
    """Say what would be lost."""
    verb = "replaced" if "replace" in loss.operation else "deleted"
    return f"{loss.name} ({loss.type}) would be {verb}, and {LOST[loss.type]} lost"
