"""The interface of Lambda functions for other components: `RustFunction`, or any existing function."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import pulumi
import pulumi_aws as aws

from .arguments import Arguments

if TYPE_CHECKING:
    from .event_failures import FailedEvents


class Invokable(Protocol):
    """A function that can be invoked: `RustFunction` or `ExistingFunction`."""

    @property
    def name(self) -> str:
        """Logical name, unique in the program; a prefix of the names of related resources."""

    @property
    def function_name(self) -> pulumi.Output[str]:
        """Physical name."""

    @property
    def invoked_arn(self) -> pulumi.Output[str]:
        """ARN to invoke: the alias's, if there is one."""

    @property
    def qualifier(self) -> pulumi.Output[str] | None:
        """Name of the alias, if there is one."""


class Principal(Protocol):
    """Anything with a role that grants can be attached to."""

    @property
    def name(self) -> str:
        """Logical name, unique in the program."""

    @property
    def role_name(self) -> pulumi.Output[str]:
        """Physical name of the role."""


def grant(
    name: str,
    principal: Principal,
    policy: pulumi.Input[str],
    *,
    otherwise: pulumi.Resource | None = None,
    aliases: Sequence[pulumi.Input[str]] = (),
) -> aws.iam.RolePolicy:
    """Attach a policy to a principal's role. Its parent is the principal, or `otherwise` if it is not a resource."""
    return aws.iam.RolePolicy(
        name,
        role=principal.role_name,
        policy=policy,
        opts=pulumi.ResourceOptions(
            parent=principal if isinstance(principal, pulumi.Resource) else otherwise, aliases=list(aliases)
        ),
    )


class Function(Invokable, Principal, Protocol):
    """A function with a role, which event sources need."""

    @property
    def event_target(self) -> pulumi.Output[str]:
        """Name or ARN for event source mappings."""

    @property
    def failed_events(self) -> "FailedEvents":
        """The failure queue of its events."""


@dataclass(frozen=True, kw_only=True)
class ExistingFunction(Arguments):
    """A function that exists outside of this program, for routes, triggers and grants.

    A trigger sets the retries and the destination of the function's asynchronous invocations, and replaces those that
    it has. A `QueueTrigger` or a `StreamTrigger` does not.
    """

    name: str
    """Logical name, unique in the program."""
    function_name: pulumi.Output[str]
    """Physical name."""
    invoked_arn: pulumi.Output[str]
    """ARN of the function or of an alias."""
    role_name: pulumi.Output[str]
    """Physical name of its role, for grants."""
    qualifier: pulumi.Output[str] | None = None
    """Name of the alias."""

    @property
    def event_target(self) -> pulumi.Output[str]:
        """Name or ARN for event source mappings."""
        return self.invoked_arn

    @cached_property
    def failed_events(self) -> "FailedEvents":
        """The failure queue of its events."""
        from .event_failures import FailedEvents  # noqa: PLC0415 (it imports this module)

        return FailedEvents(self)

    @classmethod
    def named(cls, name: str, function_name: str, opts: pulumi.InvokeOptions | None = None) -> "ExistingFunction":
        """Look up a function in the account by its physical name."""
        found = aws.lambda_.get_function_output(function_name=function_name, opts=opts)
        return cls(
            name=name,
            function_name=found.function_name,
            invoked_arn=found.arn.apply(_without_version),
            role_name=found.role.apply(lambda arn: arn.rsplit("/", 1)[1]),
        )


def _without_version(arn: str) -> str:
    return ":".join(arn.split(":")[:7])
