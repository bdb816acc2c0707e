"""Deletion protection for a whole stack."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi


@dataclass(frozen=True, kw_only=True)
class DeletionProtectionArgs:
    """Arguments of `DeletionProtection`."""

    resources: Sequence[pulumi.Resource]
    """The protected resources. A component includes all of its children."""
    setting: str
    """Name of the setting that turns the protection off. The engine's error shows it as part of the resource's name."""
    protected: bool
    """Whether the protection is on."""


class DeletionProtection(pulumi.ComponentResource):
    """Makes `pulumi destroy` of a protected stack fail before it deletes anything, with or without a preview.

    A destroy deletes dependents first, and without a preview the engine checks a protected resource only when it gets
    there. So this declares a resource that depends on all others, which is the first one to be deleted. It is an empty
    `Stash`, which exists in the state only and costs nothing.
    """

    def __init__(self, name: str, args: DeletionProtectionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the protection, after all protected resources."""
        super().__init__("rust-serverless:index:DeletionProtection", name, None, opts)
        pulumi.Stash(
            f"{name}-set-{args.setting}-to-false-first",
            pulumi.ResourceOptions(parent=self, protect=args.protected, depends_on=[*args.resources]),
            input=args.protected,
        )
        self.register_outputs({})
