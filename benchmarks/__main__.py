"""The commands behind `make bench` and its like."""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from benchmarks import base64, builds, edits, handlers, trigger
from benchmarks.errors import BenchError
from benchmarks.machine import busy, machine
from benchmarks.report import show, show_end, write
from benchmarks.section import Section
from components.local.commands import INTERRUPTED
from components.local.errors import LocalError
from components.local.home import Home
from components.local.isolation import drop_aws
from components.local.progress import Progress

BENCHMARKS: Mapping[str, Callable[[Path, Path, Callable[[str], None]], Section]] = {
    "handlers": handlers.run,
    "base64": base64.run,
    "trigger": trigger.run,
    "builds": builds.run,
    "edits": edits.run,
}


def main() -> None:
    """Run the benchmark named on the command line, or all of them, and then write the page too."""
    arguments = _parser().parse_args()
    # The SDK logs each failed resource with its traceback; the error below says the same in one line.
    logging.disable(logging.CRITICAL)
    drop_aws(os.environ)
    root, home = Path.cwd(), Home(arguments.home.resolve())
    try:
        _run(root, home, arguments.name)
    except (BenchError, LocalError, BotoCoreError, ClientError) as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        os._exit(INTERRUPTED)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--home", type=Path, default=Path(".local/bench"), help="folder for the state of benchmarks")
    parser.add_argument("name", nargs="?", choices=BENCHMARKS, help="one benchmark; all of them by default")
    return parser


def _run(root: Path, home: Home, name: str | None) -> None:
    warning = busy()
    sections = []
    with home.one_run_at_a_time():
        for chosen in [name] if name else BENCHMARKS:
            progress = Progress()
            with progress.shown():
                sections.append(BENCHMARKS[chosen](root, home.folder, progress.say))
            show(sections[-1])
    measured_on = machine(root) + (f" · {warning}" if warning else "")
    show_end(sections, measured_on)
    if name is None:
        write(root, sections, measured_on)


if __name__ == "__main__":
    main()
