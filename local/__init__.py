"""The program on one machine: the emulator, and running the unmodified program against it. Defines no resources."""
