"""The permissions boundary of the roles that a deployment creates."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from bootstrap.policies import document
from bootstrap.stack_access import Stacks, boundary, boundary_name


@dataclass(frozen=True, kw_only=True)
class BoundaryArgs:
    """Arguments of `Boundary`."""

    name: str
    """Name of the stacks: `dev`, or `pr` for pull requests."""
    stacks: pulumi.Output[Stacks]


class Boundary(pulumi.ComponentResource):
    """Creates the managed policy `rust-serverless-boundary-<name>`.

    A deployment's role can create roles only with this boundary, and cannot change it. A role never has more
    permissions than its boundary, whatever its policies allow.
    """

    def __init__(self, name: str, args: BoundaryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the policy."""
        super().__init__("rust-serverless:index:Boundary", name, None, opts)
        policy = aws.iam.Policy(
            f"{name}-policy",
            # A fixed name, because stack files refer to it.
            name=boundary_name(args.name),
            description="Limits the roles of functions; iam:CreateRole requires it in every deployment",
            policy=args.stacks.apply(lambda stacks: document(boundary(stacks))),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn = policy.arn
        self.register_outputs({"arn": self.arn})
