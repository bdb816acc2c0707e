"""The error that ends a command with a message instead of a traceback."""


class LocalError(Exception):
    """A problem that the user can fix; the message says how."""
