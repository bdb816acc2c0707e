"""Runs a Pulumi program on this machine: the engine in this process, and the emulator that it makes resources on."""
