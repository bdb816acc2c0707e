"""Tests of the parts of the local engine, with an emulator."""
