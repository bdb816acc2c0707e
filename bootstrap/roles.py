"""What each role is for, and so what it may do."""

from dataclasses import dataclass

from bootstrap import policies
from bootstrap.policies import Statement

STAGES = ("dev", "staging", "prod")
BUILDS = "dev"
"""The stage that compiles; the others run what it compiled."""


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
    """ARN of the bucket that the stages share."""


def preview(at: Account) -> list[Statement]:
    """A pull request's preview: it reads the state and asks AWS nothing, since the program looks nothing up."""
    return [*policies.read_state(at.state), *policies.use_secrets(at.key, STAGES, ["kms:Decrypt"])]


def drift(at: Account) -> list[Statement]:
    """The nightly refresh: it also reads how the resources are configured."""
    return [*preview(at), *policies.read_configuration(at.region)]


def deploy(at: Account, stage: str) -> list[Statement]:
    """An `up` of a stage: its own state and secrets, the program's services, and artifacts, which `dev` alone adds."""
    return [
        *policies.write_state(at.state, stage),
        *policies.use_secrets(at.key, [stage], ["kms:Decrypt", "kms:Encrypt"]),
        *policies.read_artifacts(at.artifacts),
        *(policies.add_artifacts(at.artifacts) if stage == BUILDS else []),
        *policies.manage_program(at.region, at.account),
        *policies.keep_to_stack(stage),
    ]


def pull_request(at: Account) -> list[Statement]:
    """The stacks of pull requests: whatever is in one, it touches no artifact that a stage will run."""
    return [
        *policies.write_state(at.state, "pr-*"),
        *policies.use_secrets(at.key, ["pr"], ["kms:Decrypt", "kms:Encrypt"]),
        *policies.manage_own_bucket(),
        *policies.manage_program(at.region, at.account),
        *policies.keep_to_stack("pr-*"),
    ]
