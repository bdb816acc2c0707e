"""Settings of a `RustFunction`: network, file system, asynchronous invocations and URL."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from .arguments import Arguments


@dataclass(frozen=True, kw_only=True)
class Network(Arguments):
    """Subnets of a VPC. The function reaches the internet through a NAT gateway only."""

    subnet_ids: Sequence[pulumi.Input[str]]
    security_group_ids: Sequence[pulumi.Input[str]]


@dataclass(frozen=True, kw_only=True)
class FileSystem(Arguments):
    """An EFS file system. The function needs a `Network` that reaches it."""

    access_point_arn: pulumi.Input[str]
    mount_path: str
    """Mount path below `/mnt/`."""


@dataclass(frozen=True, kw_only=True)
class AsyncInvocation(Arguments):
    """Retries and destinations of asynchronous invocations, such as those of events."""

    on_failure: pulumi.Input[str] | None = None
    """ARN of a queue, topic, function or event bus for failed events, with the reason."""
    on_success: pulumi.Input[str] | None = None
    """ARN of the destination for responses."""
    maximum_retries: int = 2
    """Number of retries, 0 to 2."""
    maximum_age_seconds: int = 6 * 3600
    """Maximum age of an event in seconds, 60 to 21,600; older events fail."""


@dataclass(frozen=True, kw_only=True)
class FunctionUrl(Arguments):
    """A function URL, without an API."""

    open: bool = False
    """Whether the URL is public; otherwise requests must be signed and are authorized by IAM."""
    cors_origins: Sequence[str] = ()
    """Origins that CORS allows."""
    streaming: bool = False
    """Whether responses are streamed; the handler must support this."""
