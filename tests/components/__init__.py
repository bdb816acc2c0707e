"""Tests of each component and pure function."""
