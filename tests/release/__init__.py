"""The release build, which `make test` leaves out because optimizing takes minutes."""
