"""Builds the artifacts of a Cargo workspace: digests, a staged copy, one call of cargo-lambda, checks and uploads.

Imports no Pulumi. `python -m` runs it as the program of the build Command.
"""
