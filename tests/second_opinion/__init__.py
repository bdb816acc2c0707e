"""What another emulator says of the program. Nightly, since it tells nothing that changes by the hour."""
