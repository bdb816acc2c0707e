"""The command-line program behind `make`, for the local stack and stacks on AWS."""
