"""The steps of the workflows besides Pulumi: guard, comments, smoke test, stale stacks, drift."""
