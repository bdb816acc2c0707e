"""What the workflows need in an AWS account, as a small Pulumi program of its own."""
