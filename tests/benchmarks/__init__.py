"""Tests of the parts of the benchmarks. None asserts on time."""
