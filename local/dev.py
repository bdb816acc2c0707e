"""`make dev`: redeploys on every save, and follows the logs."""

import os
import sys
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from rich.text import Text

from components.local.errors import LocalError
from components.local.functions import follow_logs
from components.local.home import Home
from components.local.log_lines import format_line
from components.local.progress import Progress
from components.local.stack import Deployment, LocalStack
from local.report import MARGIN
from local.watch import Watcher

LISTED_NAMES = 4
"""Maximum number of changed files or resources to list."""
TRACEBACK_FRAMES = 2
"""Frames to print of the program's traceback: the one with the error, and its caller."""
PAUSE_SECONDS = 1
"""Pause before the logs are requested again from an emulator that does not respond."""


def dev(root: Path, home: Home) -> None:
    """Deploy the program at `root` to the emulator of `home`, and redeploy it whenever one of its files changes.

    Build and deploy errors are printed; the previous version keeps running. Ctrl-C stops watching; the stack keeps
    running.
    """
    # Python compares file times in seconds: it would use stale bytecode for an edit within the same second.
    sys.dont_write_bytecode = True
    progress = Progress()
    if progress.is_terminal:
        os.environ.setdefault("CARGO_TERM_COLOR", "always")
    watcher = Watcher(root)
    try:
        with home.one_run_at_a_time(), progress.shown():
            _follow_files(LocalStack(root, home, progress.report), watcher, progress)
    except KeyboardInterrupt:
        progress.print("The stack keeps running: `make local` calls it, `make down` stops it.")
        os._exit(0)


def _follow_files(stack: LocalStack, watcher: Watcher, progress: Progress) -> None:
    log_groups: dict[str, str] = {}
    saved: Sequence[str] = ()
    while True:
        deployment = _deploy(stack, watcher, progress, saved)
        if deployment:
            if not log_groups:
                _print_routes(deployment.outputs, progress)
                threading.Thread(target=_follow_logs, args=(stack, log_groups, progress), daemon=True).start()
            log_groups |= deployment.outputs["logGroups"]
        progress.report("watching; Ctrl-C stops")
        saved = watcher.wait()


def _deploy(stack: LocalStack, watcher: Watcher, progress: Progress, saved: Sequence[str]) -> Deployment | None:
    started = time.monotonic()
    if saved:
        progress.print(f"{_now()} saved {_listed(saved)}")
    try:
        deployment = stack.deploy()
    except LocalError as error:
        problem = str(error)
    except Exception as error:  # noqa: BLE001 (the program may raise anything)
        problem = "".join(traceback.TracebackException.from_exception(error, limit=-TRACEBACK_FRAMES).format())
    else:
        seconds = time.monotonic() - started
        progress.print(f"{_now()} live in {seconds:.1f} s: {_listed(deployment.changes) or 'nothing changed'}")
        return deployment
    # The next save will report its own errors.
    if not watcher.has_more:
        progress.print(Text.from_ansi(problem.strip()))
        progress.print(f"{_now()} not deployed: the previous version keeps running")
    return None


def _print_routes(outputs: Mapping[str, Any], progress: Progress) -> None:
    """Print the API's URL and a line for each route."""
    progress.print(f"API {outputs['apiUrl']}")
    width = max(len(route_key) for route_key in outputs["routes"])
    for route_key, function in outputs["routes"].items():
        progress.print(f"{MARGIN}{route_key:<{width}}  {function}")
    progress.print("Save a file to redeploy. `make local` prints a curl command for each route.")


def _follow_logs(stack: LocalStack, log_groups: Mapping[str, str], progress: Progress) -> None:
    """Print the logs of all functions, also of later ones and after a restart of the emulator."""
    since = time.time()
    while True:
        try:
            for function, line in follow_logs(stack.context.client("logs"), log_groups, since):
                text = format_line(line, color=progress.is_terminal)
                if text is not None:
                    progress.print(Text.from_ansi(f"{_now()} {function}  {text}"))
        except (BotoCoreError, ClientError):
            since = time.time()
            time.sleep(PAUSE_SECONDS)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - LISTED_NAMES
    return ", ".join(names[:LISTED_NAMES]) + (f" and {more} more" if more > 0 else "")


def _now() -> str:
    return time.strftime("%H:%M:%S")
