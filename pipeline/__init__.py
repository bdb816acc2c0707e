"""What the workflows do beyond calling Pulumi: judge previews, comment, smoke-test, find what is stale."""
