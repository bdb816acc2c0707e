"""The build program: keys, staging and compiling."""
