"""The permissions boundary of the roles that a deployment makes."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from bootstrap.policies import PREFIX, document
from bootstrap.stack_access import Stacks, boundary


@dataclass(frozen=True, kw_only=True)
class BoundaryArgs:
    """Whose roles it limits."""

    name: str
    """Names the stacks: `dev`, or `pr` for those of pull requests."""
    stacks: pulumi.Output[Stacks]


class Boundary(pulumi.ComponentResource):
    """A managed policy `rust-serverless-boundary-<name>`.

    A deployment's role may make roles for functions only with it, and may not change it. Whatever policies it gives
    them, they can do nothing that the boundary does not allow.
    """

    def __init__(self, name: str, args: BoundaryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the policy."""
        super().__init__("rust-serverless:index:Boundary", name, None, opts)
        policy = aws.iam.Policy(
            f"{name}-policy",
            # Named, because stack files name it.
            name=f"{PREFIX}boundary-{args.name}",
            description="What roles of functions can ever do; every deployment's iam:CreateRole requires it",
            policy=args.stacks.apply(lambda stacks: document(boundary(stacks))),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn = policy.arn
        self.register_outputs({"arn": self.arn})
