"""Deletion protection for a whole stack."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pulumi

from .arguments import Arguments
from .program_body import ProgramBody


@dataclass(frozen=True, kw_only=True)
class DeletionProtectionArgs(Arguments):
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
        everything = ProgramBody().at_the_end(lambda: [*args.resources, *_children_of_custom_resources(args.resources)])
        pulumi.Stash(
            f"{name}-set-{args.setting}-to-false-first",
            pulumi.ResourceOptions(parent=self, protect=args.protected, depends_on=everything),
            input=args.protected,
        )
        self.register_outputs({})


def _children_of_custom_resources(resources: Iterable[pulumi.Resource]) -> Iterator[pulumi.Resource]:
    """Return the children that a dependency omits, such as the policy of a queue: it includes those of components."""
    for resource in resources:
        children = [*resource._childResources]  # noqa: SLF001 (the SDK has no other list)
        if not isinstance(resource, pulumi.ComponentResource):
            yield from children
        yield from _children_of_custom_resources(children)
