"""Sets up an AWS account for the workflows: state, secrets, artifacts, and roles."""

import functools
import sys
from pathlib import Path

# Pulumi runs this folder; the imported packages are in the parent folder.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import pulumi

from bootstrap import policies, roles
from bootstrap.boundary import Boundary, BoundaryArgs
from bootstrap.budget import Budget
from bootstrap.github import GitHubRoles, GitHubRolesArgs
from bootstrap.log_delivery import LogDelivery, LogDeliveryArgs
from bootstrap.settings import read_settings
from bootstrap.stack_access import Stacks
from bootstrap.storage import StateKey, VersionedBucket, VersionedBucketArgs

settings = read_settings()

# Pulumi does not delete the backups of a removed stack.
state = VersionedBucket("state", VersionedBucketArgs(expiring=[".pulumi/backups/"]))
key = StateKey("state-key")
github = GitHubRoles("github", GitHubRolesArgs(subject=settings.subject, provider_arn=settings.provider_arn))
artifacts = (
    VersionedBucket(
        "artifacts",
        VersionedBucketArgs(
            statements=lambda arn, account: [
                *policies.write_once(arn),
                policies.written_by(arn, roles.builder_arn(account)),
                *policies.read_by_accounts(arn, settings.artifact_readers),
            ],
            account=github.account,
        ),
    )
    if roles.BUILDS in settings.stages
    else None
)
artifact_bucket = artifacts.name if artifacts else settings.artifact_bucket or ""
account = pulumi.Output.all(
    account=github.account,
    region=settings.region,
    state=state.arn,
    key=key.arn,
    artifacts=artifacts.arn if artifacts else f"arn:aws:s3:::{artifact_bucket}",
).apply(lambda known: roles.Account(**known))
if settings.budget:
    Budget("budget", settings.budget)
LogDelivery("log-delivery", LogDeliveryArgs(account=github.account, region=settings.region))


def stacks_of(name: str) -> pulumi.Output[Stacks]:
    """Declare the boundary of a role's stacks, and return the stacks."""
    stacks = github.account.apply(functools.partial(settings.stacks, name))
    Boundary(f"{name}-boundary", BoundaryArgs(name=name, stacks=stacks))
    return stacks


# This role also lists the stale stacks of pull requests.
github.role("preview", trusts=["pull_request", "ref:refs/heads/main"], allows=account.apply(roles.preview))
if settings.stages:
    github.role("drift", trusts=["ref:refs/heads/main"], allows=account.apply(roles.drift))
for stage in settings.stages:
    allows = pulumi.Output.all(account, stacks_of(stage)).apply(lambda known: roles.deploy(*known))
    github.role(f"deploy-{stage}", trusts=[f"environment:{stage}"], allows=allows)
if settings.pull_requests:
    allows = pulumi.Output.all(account, stacks_of(roles.PULL_REQUESTS)).apply(lambda known: roles.pull_request(*known))
    github.role("pull-request", trusts=["environment:pull-request"], allows=allows)

# The first three have the names of the repository variables that the workflows use.
pulumi.export("AWS_ACCOUNT_ID", github.account)
pulumi.export("AWS_REGION", settings.region)
pulumi.export("PULUMI_BACKEND_URL", pulumi.Output.concat("s3://", state.name, "?region=", settings.region))
pulumi.export("artifactBucket", artifact_bucket)
