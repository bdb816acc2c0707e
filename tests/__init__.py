"""Tests mirror the packages; `program/` holds the rules of the whole graph, `emulator/` runs it for real."""
