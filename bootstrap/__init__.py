"""Sets up an AWS account for the workflows; a separate Pulumi program."""
