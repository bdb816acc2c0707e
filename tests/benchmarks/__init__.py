"""Tests of the benchmarks' own parts: nothing here asserts on a time."""
