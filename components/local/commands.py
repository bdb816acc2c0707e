"""The commands that `rust-serverless local` and `python -m operations` share."""

import contextlib
import errno
import itertools
import logging
import os
import sys
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from .emulator import Emulator, EmulatorHome
from .errors import LocalError
from .functions import recent_logs, request_logs
from .home import Home
from .isolation import bypass_proxy, remove_aws_variables
from .log_lines import format_line
from .resources.kind import Context
from .stack_config import STACK, local_stack_config

PACKAGE = Path(__file__).parent
INTERRUPTED = 130
"""Exit status after Ctrl-C, by convention of shells."""


@contextlib.contextmanager
def isolated_command(root: Path, home: Path, interrupted: str = "") -> Iterator[None]:
    """Run a command without the shell's AWS configuration. If it fails, end the process with one message.

    An exception of the program at `root` is printed with the frames of the program, as the CLI does.
    `interrupted` is printed after Ctrl-C.
    """
    # The SDK logs each failed resource with its traceback; the error message contains the same.
    logging.disable(logging.CRITICAL)
    if remove_aws_variables(os.environ):
        _say("The AWS credentials in this shell are not used: everything goes to the emulator.")
    bypass_proxy(os.environ)
    try:
        yield
    except LocalError as error:
        sys.exit(f"error: {error}")
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"error: the emulator returned an error: {error}\nRead its log, {home}/emulator.log")
    except KeyboardInterrupt:
        if interrupted:
            _say(f"\n{interrupted}")
        os._exit(INTERRUPTED)
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            sys.exit(f"error: the disk is full ({error.filename or home}): free some space, and run this again")
        _exit_if_in_program(error, root)
        raise


def _exit_if_in_program(error: Exception, root: Path) -> None:
    """End the process with the traceback from the program's first frame on, if the program raised the error."""
    shown = traceback.TracebackException.from_exception(error)
    ours = [index for index, frame in enumerate(shown.stack) if Path(frame.filename).is_relative_to(PACKAGE)]
    # If the program called the local engine, the error is internal.
    if not ours or Path(shown.stack[ours[-1]].filename) != PACKAGE / "program.py":
        return
    called = shown.stack[ours[-1] + 1 :]
    frames = [*itertools.dropwhile(lambda frame: not _is_in_program(frame.filename, root), called)]
    if frames or (isinstance(error, SyntaxError) and _is_in_program(error.filename or "", root)):
        shown.stack = traceback.StackSummary.from_list(frames)
        sys.exit(f"error: the program failed with an unhandled exception:\n{''.join(shown.format()).rstrip()}")


def _is_in_program(file: str, root: Path) -> bool:
    return Path(file).is_relative_to(root) and not Path(file).is_relative_to(sys.prefix)


def stop_emulator(home: Home) -> str:
    """Stop the emulator of a home, and return a message."""
    stopped = EmulatorHome(home.folder).stop()
    home.outputs_file.unlink(missing_ok=True)
    return f"Stopped the emulator, process {stopped.pid}." if stopped else "Nothing was running."


def running_emulator(home: Path, start: str) -> Emulator:
    """Return the emulator that runs in a home; `start` is the command that starts it.

    Raises:
        LocalError: it is not running.
    """
    emulator = EmulatorHome(home).running()
    if emulator is None:
        raise LocalError(f"the emulator is not running: run `{start}`")
    return emulator


def running_context(root: Path, home: Path, start: str) -> Context:
    """Return clients for the emulator that runs in a home; `start` is the command that starts it.

    Raises:
        LocalError: it is not running.
    """
    emulator = running_emulator(home, start)
    region = local_stack_config(root, STACK).region
    return Context(root=root, region=region, endpoint=emulator.url, report=lambda _: None)


def print_logs(
    logs: Any, log_groups: Mapping[str, str], request_id: str | None = None, *, as_json: bool = False
) -> None:
    """Print the lines of log groups as they come, until Ctrl-C, or those of one request.

    Lines are readable, in color on a terminal; `as_json` prints them as they were written, for tools.
    """
    color = sys.stdout.isatty() and "NO_COLOR" not in os.environ

    def show(name: str, line: str) -> str | None:
        if as_json:
            return line
        text = format_line(line, color=color)
        return text if text is None else f"{name}  {text}"

    lines = request_logs(logs, log_groups, request_id, show) if request_id else recent_logs(logs, log_groups, show)
    with contextlib.suppress(KeyboardInterrupt):
        for line in lines:
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
