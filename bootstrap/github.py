"""GitHub's identity provider, and roles that its workflows assume without stored keys."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from bootstrap.policies import AUDIENCE, ISSUER, PREFIX, Statement, document, trust

SUBJECT = re.compile(r"repo:[\w.-]+(@\d+)?/[\w.-]+(@\d+)?")
"""With ids in repositories since July 2026: https://docs.github.com/en/actions/reference/security/oidc"""


@dataclass(frozen=True, kw_only=True)
class GitHubRolesArgs:
    """Arguments of `GitHubRoles`."""

    subject: str
    """Subject of the repository's tokens: `repo:octocat@123456/hello@456789`, or without ids for older repositories."""
    provider_arn: str | None = None
    """The account's identity provider for GitHub, if it already has one."""


class GitHubRoles(pulumi.ComponentResource):
    """Creates an identity provider, and roles that jobs of one repository can assume.

    A job requests a token from GitHub; `sub` says where the job runs. AWS verifies the token, compares `aud` and `sub`
    with the role's trust policy, and returns credentials for an hour.
    """

    def __init__(self, name: str, args: GitHubRolesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the identity provider, unless the account has one."""
        super().__init__("rust-serverless:index:GitHubRoles", name, None, opts)
        self._subject = args.subject
        self.provider_arn = (
            pulumi.Output.from_input(args.provider_arn) if args.provider_arn else self._identity_provider()
        )
        self.account = self.provider_arn.apply(lambda arn: arn.split(":")[4])
        self.register_outputs({"providerArn": self.provider_arn})

    def role(self, role: str, *, trusts: Sequence[str], allows: pulumi.Input[list[Statement]]) -> None:
        """Declare the role `rust-serverless-<role>` for jobs that run in one of `trusts`, such as `pull_request`."""
        subjects = [f"{self._subject}:{place}" for place in trusts]
        assumed = aws.iam.Role(
            f"{self.pulumi_resource_name}-{role}",
            # A fixed name, because workflows refer to it.
            name=f"{PREFIX}{role}",
            assume_role_policy=self.provider_arn.apply(lambda arn: trust(arn, subjects)),
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.iam.RolePolicy(
            f"{self.pulumi_resource_name}-{role}-allows",
            role=assumed.name,
            policy=pulumi.Output.from_input(allows).apply(document),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _identity_provider(self) -> pulumi.Output[str]:
        provider = aws.iam.OpenIdConnectProvider(
            f"{self.pulumi_resource_name}-provider",
            url=f"https://{ISSUER}",
            client_id_lists=[AUDIENCE],
            opts=pulumi.ResourceOptions(parent=self),
        )
        return provider.arn


def checked_subject(subject: str) -> str:
    """Return the subject if it identifies exactly one repository.

    Raises:
        pulumi.RunError: it does not.
    """
    if not SUBJECT.fullmatch(subject):
        raise pulumi.RunError(
            f"githubSubject is {subject!r}, it must be repo:OWNER@ID/REPOSITORY@ID; docs/aws-setup.md has the command "
            "that sets it"
        )
    return subject
