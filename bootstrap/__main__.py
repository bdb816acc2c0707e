"""The account that the workflows work in: state, secrets, artifacts, and who may do what."""

import functools
import sys
from pathlib import Path

# Pulumi runs this folder; its packages are beside the program's.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import pulumi

from bootstrap import policies, roles
from bootstrap.buckets import KeptBucket, KeptBucketArgs
from bootstrap.github import GitHubRoles, GitHubRolesArgs, checked_subject
from bootstrap.state_key import StateKey

config = pulumi.Config()
region = pulumi.Config("aws").require("region")

# Pulumi leaves the backups of a stack behind when it is removed.
state = KeptBucket("state", KeptBucketArgs(passing=[".pulumi/backups/"]))
key = StateKey("state-key")
artifacts = KeptBucket("artifacts", KeptBucketArgs(refuse=policies.write_once))
github = GitHubRoles(
    "github",
    GitHubRolesArgs(
        subject=checked_subject(config.require("githubSubject")),
        provider_arn=config.get("oidcProviderArn") or None,
    ),
)
account = pulumi.Output.all(
    account=github.account, region=region, state=state.arn, key=key.arn, artifacts=artifacts.arn
).apply(lambda known: roles.Account(**known))

github.role("preview", trusts=["pull_request", "ref:refs/heads/main"], allows=account.apply(roles.preview))
github.role("drift", trusts=["ref:refs/heads/main"], allows=account.apply(roles.drift))
for stage in roles.STAGES:
    allows = account.apply(functools.partial(roles.deploy, stage=stage))
    github.role(f"deploy-{stage}", trusts=[f"environment:{stage}"], allows=allows)
github.role("pull-request", trusts=["environment:pull-request"], allows=account.apply(roles.pull_request))

# The first three are variables of the repository, by the names that the workflows use.
pulumi.export("AWS_ACCOUNT_ID", github.account)
pulumi.export("AWS_REGION", region)
pulumi.export("PULUMI_BACKEND_URL", pulumi.Output.concat("s3://", state.name, "?region=", region))
pulumi.export("artifactBucket", artifacts.name)
