"""Checks of the program by another emulator and by the AWS provider's own schema. They run each night."""
