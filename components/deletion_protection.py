"""A whole stack that refuses to be destroyed, not the few resources in it that hold data."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi


@dataclass(frozen=True, kw_only=True)
class DeletionProtectionArgs:
    """What is protected, and how it is called."""

    resources: Sequence[pulumi.Resource]
    """Everything that must not go; components stand for all that is in them."""
    setting: str
    """What a person sets to lift the protection. It is in the name of the resource that the engine's refusal shows."""
    protected: bool
    """Whether a deletion is refused until this is off again."""


class DeletionProtection(pulumi.ComponentResource):
    """Afterwards `pulumi destroy` deletes nothing of a protected stack, with or without a preview.

    A destroy deletes dependents first, and without a preview the engine meets a protected resource only when its turn
    comes. So this declares one that depends on all others: its turn comes first, and what it depends on is never
    reached. It is a `Stash` with nothing in it, which exists in the state alone and has no price.
    """

    def __init__(self, name: str, args: DeletionProtectionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the protection; last in a program, since it covers what is declared by then."""
        super().__init__("rust-serverless:index:DeletionProtection", name, None, opts)
        pulumi.Stash(
            f"{name}-set-{args.setting}-to-false-first",
            pulumi.ResourceOptions(parent=self, protect=args.protected, depends_on=[*args.resources]),
            input=args.protected,
        )
        self.register_outputs({})
