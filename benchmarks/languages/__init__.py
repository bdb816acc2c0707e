"""The languages of the benchmarks: how to run a function, and how to install its packages."""
