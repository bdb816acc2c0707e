"""Tests. They mirror the packages; `program/` tests the resource graph, `emulator/` runs the system."""
