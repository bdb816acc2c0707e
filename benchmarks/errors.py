"""The error that ends a benchmark with a message instead of a traceback."""


class BenchError(Exception):
    """Something that keeps a benchmark from being right; the message says what, and how to mend it."""
