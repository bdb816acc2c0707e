"""GitHub as an identity provider, and roles that its workflows take without a stored key."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from bootstrap.policies import AUDIENCE, ISSUER, PREFIX, Statement, document, trust

SUBJECT = re.compile(r"repo:[\w.-]+(@\d+)?/[\w.-]+(@\d+)?")
"""With the numbers since July 2026, https://docs.github.com/en/actions/reference/security/oidc."""


@dataclass(frozen=True, kw_only=True)
class GitHubRolesArgs:
    """Whose workflows."""

    subject: str
    """How tokens name the repository: `repo:octocat@123456/hello@456789`, or without numbers in an older one."""
    provider_arn: str | None = None
    """The account's identity provider for GitHub, when it has one already."""


class GitHubRoles(pulumi.ComponentResource):
    """Afterwards workflows of one repository can take roles, each from the places that it names and no others.

    A job asks GitHub for a token that says where it runs. AWS checks the token, and that `aud` and `sub` are exactly
    what the role trusts, and answers with credentials for an hour.
    """

    def __init__(self, name: str, args: GitHubRolesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the identity provider, unless the account has it."""
        super().__init__("rust-serverless:index:GitHubRoles", name, None, opts)
        self._name = name
        self._subject = args.subject
        self.provider_arn = (
            pulumi.Output.from_input(args.provider_arn) if args.provider_arn else self._identity_provider()
        )
        self.account = self.provider_arn.apply(lambda arn: arn.split(":")[4])
        self.register_outputs({"providerArn": self.provider_arn})

    def role(self, role: str, *, trusts: Sequence[str], allows: pulumi.Input[list[Statement]]) -> None:
        """Declare the role `rust-serverless-<role>` for jobs that run in one of `trusts`, such as `pull_request`."""
        subjects = [f"{self._subject}:{place}" for place in trusts]
        taken = aws.iam.Role(
            f"{self._name}-{role}",
            # Named, because workflows name it.
            name=f"{PREFIX}{role}",
            assume_role_policy=self.provider_arn.apply(lambda arn: trust(arn, subjects)),
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.iam.RolePolicy(
            f"{self._name}-{role}-allows",
            role=taken.name,
            policy=pulumi.Output.from_input(allows).apply(document),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _identity_provider(self) -> pulumi.Output[str]:
        provider = aws.iam.OpenIdConnectProvider(
            f"{self._name}-provider",
            url=f"https://{ISSUER}",
            client_id_lists=[AUDIENCE],
            opts=pulumi.ResourceOptions(parent=self),
        )
        return provider.arn


def checked_subject(subject: str) -> str:
    """Return the subject when it names one repository and nothing more.

    Raises:
        pulumi.RunError: with what it should look like.
    """
    if not SUBJECT.fullmatch(subject):
        raise pulumi.RunError(
            f"githubSubject is {subject!r}, it must be repo:OWNER@ID/REPOSITORY@ID: docs/aws-setup.md says how to ask"
        )
    return subject
