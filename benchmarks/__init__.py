"""Benchmarks that compare our functions with peers in the same run. No test asserts their results."""
