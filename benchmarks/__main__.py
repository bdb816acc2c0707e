"""The commands behind `make bench-trigger` and its like."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from local.emulator import EmulatorHome
from local.isolation import emulated_aws

REGION = "us-east-1"


def main() -> None:
    """Run the benchmark named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--home", type=Path, default=Path(".local"), help="folder of the local stack's state")
    parser.add_subparsers(required=True).add_parser("trigger").set_defaults(run=_trigger)
    arguments = parser.parse_args()
    sys.exit(arguments.run(arguments))


def _trigger(arguments: argparse.Namespace) -> int:
    """Count the same views by the trigger and by a plain one; over DynamoDB too when the emulator runs."""
    emulator = EmulatorHome(arguments.home).running()
    place = {}
    if emulator:
        place = {**emulated_aws(emulator.url, REGION), "ANALYTICS_BENCH_ENDPOINT": emulator.url}
    command = ["cargo", "run", "--locked", "--quiet", "--release", "--package", "analytics-trigger"]
    done = subprocess.run([*command, "--example", "bench"], cwd="rust", env={**os.environ, **place}, check=False)
    return done.returncode


if __name__ == "__main__":
    main()
