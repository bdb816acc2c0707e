"""AWS credentials for the Commands that components run during an update, such as the build."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.settings import get_monitor

from .arguments import Arguments
from .build.access import VARIABLE, AwsAccess
from .build.plan import BuildError

KEYS = ("profile", "access_key", "secret_key", "token")


@dataclass(frozen=True, kw_only=True)
class AwsCredentials(Arguments):
    """The AWS provider's credentials; by default those of the shell.

    The profile and keys of an explicit provider are used automatically. Roles to assume must be set here.
    """

    profile: pulumi.Input[str] | None = None
    """`aws:profile`. It takes precedence over keys in the environment, as in the provider."""
    access_key: pulumi.Input[str] | None = None
    """`aws:accessKey`."""
    secret_key: pulumi.Input[str] | None = None
    """`aws:secretKey`; encrypted in the state."""
    token: pulumi.Input[str] | None = None
    """`aws:token`."""
    assume_roles: Sequence[Mapping[str, str]] = ()
    """`aws:assumeRoles`: maps of `roleArn`, `externalId` and `sessionName`."""


def aws_access(
    component: pulumi.ComponentResource,
    credentials: AwsCredentials,
    region: str | None,
    endpoint: str | None,
) -> pulumi.Output[AwsAccess]:
    """Return the credentials, region and endpoint of a component's provider.

    The program fails before it creates anything if the credentials belong to another account than the provider's.
    """
    found = _provider_settings(component) or {"region": region}
    invoke = pulumi.InvokeOutputOptions(parent=component)
    if found["region"] is None:
        found["region"] = aws.get_region_output(opts=invoke).region
    if endpoint is not None:
        return pulumi.Output.all(region=found["region"]).apply(lambda known: AwsAccess(endpoint=endpoint, **known))
    explicit = {name: getattr(credentials, name) for name in KEYS}
    found |= {name: value for name, value in explicit.items() if value is not None}
    if not _is_unit_test():
        found["account"] = aws.get_caller_identity_output(opts=invoke).account_id
    roles = tuple(credentials.assume_roles)
    return pulumi.Output.all(**found).apply(lambda known: _checked(AwsAccess(assume_roles=roles, **known)))


def _is_unit_test() -> bool:
    """Return whether the program runs with `pulumi.runtime.set_mocks`, so that no Command uses the credentials.

    Local runs use a subclass of the monitor.
    """
    return type(get_monitor()) is MockMonitor


def access_environment(access: pulumi.Output[AwsAccess]) -> dict[str, pulumi.Input[str]]:
    """Return the environment variable that passes an access to a Command; it is a secret if it contains keys."""
    text = access.apply(lambda known: pulumi.Output.secret(known.to_json()) if known.secret_key else known.to_json())
    return {VARIABLE: text}


def _provider_settings(component: pulumi.ComponentResource) -> dict[str, Any] | None:
    """Return the configuration of a component's explicit provider."""
    provider = component.get_provider("aws:index:Region")
    if not isinstance(provider, aws.Provider):
        return None
    return {name: getattr(provider, name) for name in (*KEYS, "region")}


def _checked(access: AwsAccess) -> AwsAccess:
    if not access.account:
        return access
    try:
        caller = access.caller_account()
    except BuildError as error:
        raise pulumi.RunError(str(error)) from None
    if caller != access.account:
        raise pulumi.RunError(
            f"the provider uses the account {access.account}, but Commands would use {caller}: give both the same "
            "credentials, with aws:profile, `credentials` of the component, or environment variables"
        )
    return access
