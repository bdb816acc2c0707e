"""The commands behind `make local` and its like."""

import argparse
import contextlib
import errno
import logging
import os
import sys
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from components.local.emulator import EmulatorHome
from components.local.errors import LocalError
from components.local.functions import chosen_log_groups, invoke, named_logs
from components.local.home import Home
from components.local.isolation import bypass_proxy, drop_aws
from components.local.progress import Progress
from components.local.resources.kind import Context
from components.local.stack import STACK
from components.local.stack_config import read_stack_config, write_stack_file_for
from local.analytics import sign_in
from local.dev import dev
from local.seed import seed
from local.tokens import SignIn, create_user, machine_token, user_tokens
from local.up import up

INTERRUPTED = 130
"""Exit status of a command that Ctrl-C ended, as shells have it."""


def main() -> None:
    """Run the command named on the command line."""
    arguments = _parser().parse_args()
    # The SDK logs each failed resource with its traceback; the error below says the same in one line.
    logging.disable(logging.CRITICAL)
    if drop_aws(os.environ):
        print("The AWS credentials in this shell are not used: everything goes to the emulator.", file=sys.stderr)
    bypass_proxy(os.environ)
    try:
        arguments.run(arguments, arguments.root.resolve(), Home(arguments.home.resolve()))
    except LocalError as error:
        sys.exit(f"error: {error}")
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"error: the emulator refuses: {error}\nIts log is {arguments.home}/emulator.log")
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        sys.exit(f"error: the disk is full ({error.filename or arguments.home}): free some space, and run this again")
    except KeyboardInterrupt:
        print("\nInterrupted. `make local` goes on from here, `make local-down` stops the emulator.", file=sys.stderr)
        os._exit(INTERRUPTED)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(), help="folder of the program")
    parser.add_argument("--home", type=Path, default=Path(".local"), help="folder for the emulator's state")
    commands = parser.add_subparsers(required=True)
    commands.add_parser("up").set_defaults(run=lambda _, root, home: up(root, home))
    commands.add_parser("dev").set_defaults(run=lambda _, root, home: dev(root, home))
    commands.add_parser("down").set_defaults(run=_down)
    commands.add_parser("emulator").set_defaults(run=_emulator)
    invocation = commands.add_parser("invoke")
    invocation.add_argument("function")
    invocation.add_argument("payload")
    invocation.set_defaults(run=_invoke)
    commands.add_parser("user").set_defaults(run=_user)
    commands.add_parser("token").set_defaults(run=_token)
    commands.add_parser("analytics-token").set_defaults(run=_analytics_token)
    commands.add_parser("seed").set_defaults(run=_seed)
    logs = commands.add_parser("logs")
    logs.add_argument("function", nargs="?")
    logs.set_defaults(run=_logs)
    return parser


def _down(_: argparse.Namespace, __: Path, home: Home) -> None:
    stopped = EmulatorHome(home.folder).stop()
    home.outputs_file.unlink(missing_ok=True)
    print(f"Stopped the emulator, process {stopped.pid}." if stopped else "Nothing was running.")


def _emulator(_: argparse.Namespace, root: Path, home: Home) -> None:
    emulators = EmulatorHome(home.folder)
    if emulators.running() is None:
        home.outputs_file.unlink(missing_ok=True)
    emulator = emulators.start(read_stack_config(root, STACK).region)
    file = write_stack_file_for(emulator.url, root, STACK, home.folder)
    print(f"The emulator is on {emulator.url}, process {emulator.pid}. Stop it: make local-down")
    print(
        f"Next: make up STACK={STACK}, or pulumi up -s {STACK} --config-file {_shown(file)}; with --refresh when the "
        "stack was up on an emulator that has been stopped since"
    )


def _shown(file: Path) -> Path:
    return file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file


def _invoke(arguments: argparse.Namespace, root: Path, home: Home) -> None:
    functions = home.read_outputs()["functions"]
    print(invoke(_context(root, home), functions, arguments.function, arguments.payload))


def _logs(arguments: argparse.Namespace, root: Path, home: Home) -> None:
    groups = chosen_log_groups(home.read_outputs()["logGroups"], arguments.function)
    with contextlib.suppress(KeyboardInterrupt):
        for line in named_logs(_context(root, home).client("logs"), groups):
            print(line, flush=True)


def _user(_: argparse.Namespace, root: Path, home: Home) -> None:
    sign_in = SignIn.from_outputs(home.read_outputs())
    user = create_user(_context(root, home), sign_in)
    print(f"user      {user.email}\npassword  {user.password}\ntoken     {user_tokens(sign_in, user)['access_token']}")


def _token(_: argparse.Namespace, root: Path, home: Home) -> None:
    print(machine_token(_context(root, home), SignIn.from_outputs(home.read_outputs())))


def _analytics_token(_: argparse.Namespace, root: Path, home: Home) -> None:
    print(sign_in(_context(root, home), home.read_outputs()))


def _seed(_: argparse.Namespace, root: Path, home: Home) -> None:
    outputs = home.read_outputs()
    progress = Progress()
    with progress.shown():
        count = seed(outputs["apiUrl"], machine_token(_context(root, home), SignIn.from_outputs(outputs)), progress.say)
    print(f"{count} currencies are at {outputs['apiUrl']}/currencies")


def _context(root: Path, home: Home) -> Context:
    emulator = EmulatorHome(home.folder).running()
    if emulator is None:
        raise LocalError("the emulator is not running: run `make local`")
    region = read_stack_config(root, STACK).region
    return Context(root=root, region=region, endpoint=emulator.url, report=lambda _: None)


if __name__ == "__main__":
    main()
