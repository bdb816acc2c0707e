"""What each role is for, and so what it may do."""

from dataclasses import dataclass

from bootstrap import policies, stack_access
from bootstrap.policies import PREFIX, Statement
from bootstrap.stack_access import Stacks

STAGES = ("dev", "staging", "prod")
BUILDS = "dev"
"""The stage that compiles; the others run what it compiled."""
PULL_REQUESTS = "pr"


@dataclass(frozen=True, kw_only=True)
class Account:
    """Where everything is."""

    account: str
    region: str
    state: str
    """ARN of the state bucket."""
    key: str
    """ARN of the key for secrets in the state."""
    artifacts: str
    """ARN of the bucket that the stages share; empty in an account without stages."""


def builder_arn(account: str) -> str:
    """Return the ARN of the one role that adds artifacts."""
    return f"arn:aws:iam::{account}:role/{PREFIX}deploy-{BUILDS}"


def preview(at: Account) -> list[Statement]:
    """A pull request's preview: it reads the state, and of AWS how many environments the account has left."""
    return [
        *policies.read_state(at.state),
        *policies.use_secrets(at.key, STAGES, ["kms:Decrypt"]),
        *stack_access.read_limits(at.region),
    ]


def drift(at: Account) -> list[Statement]:
    """The nightly refresh: it also reads how the resources are configured."""
    return [*preview(at), *stack_access.read_configuration(at.region)]


def deploy(at: Account, stacks: Stacks) -> list[Statement]:
    """An `up` of a stage: its own state, secrets and resources, and artifacts, which `dev` alone adds."""
    return [
        *policies.write_state(at.state, stacks.pattern),
        *policies.use_secrets(at.key, [stacks.name], ["kms:Decrypt", "kms:Encrypt"]),
        *policies.read_artifacts(at.artifacts),
        *(policies.add_artifacts(at.artifacts) if stacks.name == BUILDS else []),
        *stack_access.manage(stacks),
    ]


def pull_request(at: Account, stacks: Stacks) -> list[Statement]:
    """The stacks of pull requests: whatever is in one, it reaches nothing that a stage has or will run."""
    return [
        *policies.write_state(at.state, stacks.pattern),
        *policies.use_secrets(at.key, [stacks.name], ["kms:Decrypt", "kms:Encrypt"]),
        *stack_access.manage(stacks),
    ]
