"""What a `RustFunction` can be connected to."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi


@dataclass(frozen=True, kw_only=True)
class Network:
    """Subnets of a VPC that the function's connections leave from. It reaches the internet only through a NAT."""

    subnet_ids: Sequence[pulumi.Input[str]]
    security_group_ids: Sequence[pulumi.Input[str]]


@dataclass(frozen=True, kw_only=True)
class FileSystem:
    """A file system of EFS, for a function in a `Network` that reaches it."""

    access_point_arn: pulumi.Input[str]
    mount_path: str
    """Below `/mnt/`."""


@dataclass(frozen=True, kw_only=True)
class AsyncInvocation:
    """What becomes of invocations that nobody waits for, such as those of events."""

    on_failure: pulumi.Input[str] | None = None
    """ARN of a queue, topic, function or event bus that gets what failed, with the reason."""
    on_success: pulumi.Input[str] | None = None
    """ARN of what gets the answers."""
    maximum_retries: int = 2
    """0 to 2."""
    maximum_age_seconds: int = 6 * 3600
    """60 to 21,600; what waited longer for a free environment fails."""


@dataclass(frozen=True, kw_only=True)
class FunctionUrl:
    """An address of the function's own, without an API."""

    open: bool = False
    """Whether everyone may call it; otherwise requests are signed, and IAM decides."""
    cors_origins: Sequence[str] = ()
    """Origins whose pages may call it."""
    streaming: bool = False
    """Whether the answer is sent as it comes; the handler must stream it."""
