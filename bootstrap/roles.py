"""The permissions of each role of the workflows."""

from dataclasses import dataclass

from bootstrap import policies, stack_access
from bootstrap.policies import PREFIX, Statement
from bootstrap.stack_access import Stacks

STAGES = ("dev", "staging", "prod")
BUILDS = "dev"
"""The stage that compiles; the others run its artifacts."""
PULL_REQUESTS = "pr"


@dataclass(frozen=True, kw_only=True)
class Account:
    """Ids and ARNs of the account."""

    account: str
    region: str
    state: str
    """ARN of the state bucket."""
    key: str
    """ARN of the key for secrets in the state."""
    artifacts: str
    """ARN of the artifact bucket, for the roles of stages."""


def builder_arn(account: str) -> str:
    """Return the ARN of the only role that adds artifacts."""
    return f"arn:aws:iam::{account}:role/{PREFIX}deploy-{BUILDS}"


def preview(at: Account) -> list[Statement]:
    """Return the permissions of previews: read the state and the account's concurrency limit."""
    return [
        *policies.read_state(at.state),
        *policies.use_secrets(at.key, STAGES, ["kms:Decrypt"]),
        *stack_access.read_limits(at.region),
    ]


def drift(at: Account) -> list[Statement]:
    """Return the permissions of the nightly refresh, which also reads the configuration of resources."""
    return [*preview(at), *stack_access.read_configuration(at.region)]


def deploy(at: Account, stacks: Stacks) -> list[Statement]:
    """Return the permissions of deployments of a stage. Only `dev` adds artifacts."""
    return [
        *policies.write_state(at.state, stacks.pattern),
        *policies.use_secrets(at.key, [stacks.name], ["kms:Decrypt", "kms:Encrypt"]),
        *policies.read_artifacts(at.artifacts),
        *(policies.add_artifacts(at.artifacts) if stacks.name == BUILDS else []),
        *stack_access.manage(stacks),
    ]


def pull_request(at: Account, stacks: Stacks) -> list[Statement]:
    """Return the permissions of deployments of pull requests, which cannot access anything of a stage."""
    return [
        *policies.write_state(at.state, stacks.pattern),
        *policies.use_secrets(at.key, [stacks.name], ["kms:Decrypt", "kms:Encrypt"]),
        *stack_access.manage(stacks),
    ]
