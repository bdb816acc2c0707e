"""End-to-end tests of the program on the emulator."""
