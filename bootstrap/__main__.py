"""The account that the workflows work in: state, secrets, artifacts, and who may do what."""

import functools
import sys
from pathlib import Path

# Pulumi runs this folder; its packages are beside the program's.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import pulumi

from bootstrap import policies, roles
from bootstrap.boundary import Boundary, BoundaryArgs
from bootstrap.buckets import KeptBucket, KeptBucketArgs
from bootstrap.budget import Budget
from bootstrap.github import GitHubRoles, GitHubRolesArgs
from bootstrap.log_delivery import LogDelivery, LogDeliveryArgs
from bootstrap.settings import read_settings
from bootstrap.stack_access import Stacks
from bootstrap.state_key import StateKey

settings = read_settings()

# Pulumi leaves the backups of a stack behind when it is removed.
state = KeptBucket("state", KeptBucketArgs(passing=[".pulumi/backups/"]))
key = StateKey("state-key")
github = GitHubRoles("github", GitHubRolesArgs(subject=settings.subject, provider_arn=settings.provider_arn))
artifacts = (
    KeptBucket(
        "artifacts",
        KeptBucketArgs(
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
    """Return the stacks of a role, whose boundary they get here."""
    stacks = github.account.apply(functools.partial(settings.stacks, name))
    Boundary(f"{name}-boundary", BoundaryArgs(name=name, stacks=stacks))
    return stacks


# It also lists the stacks of pull requests that are over.
github.role("preview", trusts=["pull_request", "ref:refs/heads/main"], allows=account.apply(roles.preview))
if settings.stages:
    github.role("drift", trusts=["ref:refs/heads/main"], allows=account.apply(roles.drift))
for stage in settings.stages:
    allows = pulumi.Output.all(account, stacks_of(stage)).apply(lambda known: roles.deploy(*known))
    github.role(f"deploy-{stage}", trusts=[f"environment:{stage}"], allows=allows)
if settings.pull_requests:
    allows = pulumi.Output.all(account, stacks_of(roles.PULL_REQUESTS)).apply(lambda known: roles.pull_request(*known))
    github.role("pull-request", trusts=["environment:pull-request"], allows=allows)

# The first three are variables of the repository, by the names that the workflows use.
pulumi.export("AWS_ACCOUNT_ID", github.account)
pulumi.export("AWS_REGION", settings.region)
pulumi.export("PULUMI_BACKEND_URL", pulumi.Output.concat("s3://", state.name, "?region=", settings.region))
pulumi.export("artifactBucket", artifact_bucket)
