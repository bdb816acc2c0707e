"""Tests that need the Pulumi CLI."""
