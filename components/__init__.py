"""Pulumi components for Rust on AWS Lambda. Nothing here reads stack configuration."""
