"""Tests of what a person does with a stack."""
