"""Nightly checks of the program with another emulator and with the AWS provider's schema."""
