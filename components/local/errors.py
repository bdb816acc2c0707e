"""The error that ends a command with a message instead of a traceback."""


class LocalError(Exception):
    """Something the person at the prompt can mend; the message says how."""
