"""The key that encrypts secrets in the state."""

import pulumi
import pulumi_aws as aws

ALIAS = "alias/rust-serverless-state"


class StateKey(pulumi.ComponentResource):
    """Creates the KMS key of the secrets provider `awskms://alias/rust-serverless-state?region=…&context_stack=<stack>`.

    One key serves all stacks, because each role may use it for its own `context_stack` only.
    """

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        """Declare the key."""
        super().__init__("rust-serverless:index:StateKey", name, None, opts)
        key = aws.kms.Key(
            f"{name}-key",
            description="Secrets in the state of rust-serverless",
            enable_key_rotation=True,
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
        aws.kms.Alias(f"{name}-alias", name=ALIAS, target_key_id=key.key_id, opts=pulumi.ResourceOptions(parent=self))
        self.arn = key.arn
        self.register_outputs({"arn": self.arn})
