"""What the other components need of a Lambda function, ours or one that exists already."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import pulumi
import pulumi_aws as aws

if TYPE_CHECKING:
    from .event_failures import FailedEvents


class Invokable(Protocol):
    """A function that can be invoked: a `RustFunction`, or an `ExistingFunction`."""

    @property
    def name(self) -> str:
        """Logical name, unique in the program; names of resources around the function are made of it."""

    @property
    def function_name(self) -> pulumi.Output[str]:
        """Physical name."""

    @property
    def invoked_arn(self) -> pulumi.Output[str]:
        """ARN by which it is invoked: that of an alias, where there is one."""

    @property
    def qualifier(self) -> pulumi.Output[str] | None:
        """Name of that alias."""


class Principal(Protocol):
    """Whatever has a role, which grants are attached to."""

    @property
    def name(self) -> str:
        """Logical name, unique in the program."""

    @property
    def role_name(self) -> pulumi.Output[str]:
        """Physical name of the role."""


class Function(Invokable, Principal, Protocol):
    """Both: what an event source needs, which is read with the function's role."""

    @property
    def event_target(self) -> pulumi.Output[str]:
        """What an event source mapping invokes, by name or ARN."""

    @property
    def failed_events(self) -> "FailedEvents":
        """The queue of events that it failed to handle."""


@dataclass(frozen=True, kw_only=True)
class ExistingFunction:
    """A function that something else made; it can have routes, triggers and grants as any other."""

    name: str
    """Logical name, unique in the program."""
    function_name: pulumi.Output[str]
    """Physical name."""
    invoked_arn: pulumi.Output[str]
    """Its ARN, or that of an alias."""
    role_name: pulumi.Output[str]
    """Physical name of its role; only grants use it."""
    qualifier: pulumi.Output[str] | None = None
    """Name of the alias."""

    @property
    def event_target(self) -> pulumi.Output[str]:
        """What an event source mapping invokes."""
        return self.invoked_arn

    @cached_property
    def failed_events(self) -> "FailedEvents":
        """The queue of events that it failed to handle."""
        from .event_failures import FailedEvents  # noqa: PLC0415 (which needs the protocols above)

        return FailedEvents(self)

    @classmethod
    def named(cls, name: str, function_name: str, opts: pulumi.InvokeOptions | None = None) -> "ExistingFunction":
        """Look a function up in the account by its physical name."""
        found = aws.lambda_.get_function_output(function_name=function_name, opts=opts)
        return cls(
            name=name,
            function_name=found.function_name,
            invoked_arn=found.arn.apply(_without_version),
            role_name=found.role.apply(lambda arn: arn.rsplit("/", 1)[1]),
        )


def _without_version(arn: str) -> str:
    return ":".join(arn.split(":")[:7])
