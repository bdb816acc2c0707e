"""The one error of this package."""


class OperationError(Exception):
    """It cannot be done; the message is for the person who asked, and says what to do."""
