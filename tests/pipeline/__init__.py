"""Tests of the workflows, their scripts, and their AWS account."""
