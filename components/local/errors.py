"""The error that ends a command with a message instead of a traceback."""

ONLY_ELSEWHERE = 'only where pulumi.get_stack() is not "local"'
"""Ends messages about features that the local engine does not support."""


class LocalError(Exception):
    """A problem that the user can fix; the message says how."""
