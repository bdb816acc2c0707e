"""`make dev`: what runs follows the files, while its logs go by."""

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
from components.local.log_lines import readable
from components.local.progress import Progress
from components.local.stack import Deployment, LocalStack
from local.report import MARGIN
from local.watch import Watcher

NAMED = 4
"""So many changed files or resources are named; a change of branch has hundreds."""
FRAMES = 2
"""Of a traceback of the program's: where it went wrong, and from where that was called."""
PAUSE_SECONDS = 1
"""Before the logs of an emulator that does not answer are asked for again."""


def dev(root: Path, home: Home) -> None:
    """Bring the program at `root` up on the emulator of `home`, and again whenever one of its files changes.

    What cannot be compiled or applied is told, and what ran before goes on. Ctrl-C ends this, and nothing that runs.
    """
    # An edit and its run can be in one second, in which Python would take its compiled file for fresh.
    sys.dont_write_bytecode = True
    progress = Progress()
    if progress.is_terminal:
        os.environ.setdefault("CARGO_TERM_COLOR", "always")
    watcher = Watcher(root)
    try:
        with home.one_run_at_a_time(), progress.shown():
            _follow_files(LocalStack(root, home, progress.say), watcher, progress)
    except KeyboardInterrupt:
        progress.tell("What was started goes on: `make local` calls it, `make local-down` stops it.")
        os._exit(0)


def _follow_files(stack: LocalStack, watcher: Watcher, progress: Progress) -> None:
    log_groups: dict[str, str] = {}
    saved: Sequence[str] = ()
    while True:
        deployment = _deploy(stack, watcher, progress, saved)
        if deployment:
            if not log_groups:
                _introduce(deployment.outputs, progress)
                threading.Thread(target=_follow_logs, args=(stack, log_groups, progress), daemon=True).start()
            log_groups |= deployment.outputs["logGroups"]
        progress.say("watching; Ctrl-C ends")
        saved = watcher.wait()


def _deploy(stack: LocalStack, watcher: Watcher, progress: Progress, saved: Sequence[str]) -> Deployment | None:
    started = time.monotonic()
    if saved:
        progress.tell(f"{_now()} saved {_named(saved)}")
    try:
        deployment = stack.deploy()
    except LocalError as error:
        problem = str(error)
    except Exception as error:  # noqa: BLE001 (whatever a program that is being written raises)
        problem = "".join(traceback.TracebackException.from_exception(error, limit=-FRAMES).format())
    else:
        seconds = time.monotonic() - started
        progress.tell(f"{_now()} live in {seconds:.1f} s: {_named(deployment.changes) or 'nothing had to change'}")
        return deployment
    # A build that was overtaken by the next save has nothing to say.
    if not watcher.has_more:
        progress.tell(Text.from_ansi(problem.strip()))
        progress.tell(f"{_now()} not applied: what ran before goes on")
    return None


def _introduce(outputs: Mapping[str, Any], progress: Progress) -> None:
    """Say where everything is, a line for each route."""
    progress.tell(f"API {outputs['apiUrl']}")
    width = max(len(route_key) for route_key in outputs["routes"])
    for route_key, function in outputs["routes"].items():
        progress.tell(f"{MARGIN}{route_key:<{width}}  {function}")
    progress.tell("Save a file, and what it changes is replaced. `make local` has a call to paste for each route.")


def _follow_logs(stack: LocalStack, log_groups: Mapping[str, str], progress: Progress) -> None:
    """Tell the logs of the functions, of those that come later too, whichever emulator runs them."""
    since = time.time()
    while True:
        try:
            for function, line in follow_logs(stack.context.client("logs"), log_groups, since):
                text = readable(line)
                if text is not None:
                    progress.tell(f"{_now()} {function}  {text}")
        except (BotoCoreError, ClientError):
            since = time.time()
            time.sleep(PAUSE_SECONDS)


def _named(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


def _now() -> str:
    return time.strftime("%H:%M:%S")
