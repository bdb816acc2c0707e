"""The library, installed from a wheel into an environment of its own, outside of this repository."""
