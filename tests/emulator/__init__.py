"""The program on the emulator, called as its users call it."""
