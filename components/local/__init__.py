"""Runs a Pulumi program on this machine: the local engine and the emulator."""
