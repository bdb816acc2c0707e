"""Runs a Pulumi program on this machine: no account, no Docker, no Pulumi CLI."""

import argparse
import contextlib
import logging
import os
import sys
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from .emulator import EmulatorHome
from .errors import LocalError
from .functions import chosen_log_groups, invoke, named_logs
from .home import Home
from .isolation import bypass_proxy, drop_aws
from .progress import Progress
from .provisioner import Memory
from .resources.kind import Context
from .stack import STACK, LocalStack
from .stack_config import local_stack_config

INTERRUPTED = 130
"""Exit status of a command that Ctrl-C ended, as shells have it."""


def main() -> None:
    """Run the command named on the command line: `rust-serverless local up`."""
    arguments = _parser().parse_args()
    # The SDK logs each failed resource with its traceback; the error below says the same in one line.
    logging.disable(logging.CRITICAL)
    if drop_aws(os.environ):
        print("The AWS credentials in this shell are not used: everything goes to the emulator.", file=sys.stderr)
    bypass_proxy(os.environ)
    root = arguments.root.resolve()
    try:
        arguments.run(arguments, root, Home((arguments.home or root / ".local").resolve()))
    except LocalError as error:
        sys.exit(f"error: {error}")
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"error: the emulator refuses: {error}")
    except KeyboardInterrupt:
        os._exit(INTERRUPTED)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rust-serverless", description=__doc__)
    local = parser.add_subparsers(required=True).add_parser("local", help="run a program on this machine")
    local.add_argument("--root", type=Path, default=Path(), help="folder of the program, with its Pulumi.yaml")
    local.add_argument("--home", type=Path, help="folder for the emulator's state; .local in the program's by default")
    commands = local.add_subparsers(required=True)
    commands.add_parser("up", help="bring everything that the program declares up").set_defaults(run=_up)
    commands.add_parser("down", help="stop the emulator, and everything on it").set_defaults(run=_down)
    invocation = commands.add_parser("invoke", help="invoke a function with a JSON event")
    invocation.add_argument("function")
    invocation.add_argument("payload", nargs="?", default="{}")
    invocation.set_defaults(run=_invoke)
    logs = commands.add_parser("logs", help="follow the logs of all functions, or of one")
    logs.add_argument("function", nargs="?")
    logs.set_defaults(run=_logs)
    return parser


def _up(_: argparse.Namespace, root: Path, home: Home) -> None:
    progress = Progress()
    with home.one_run_at_a_time(), progress.shown():
        progress.say("starting the emulator")
        outputs = LocalStack(root, home, progress.say).deploy().outputs
    for name, value in outputs.items():
        print(f"{name}  {value}")
    print(f"All outputs are in {home.outputs_file}. Stop: rust-serverless local down", file=sys.stderr)


def _down(_: argparse.Namespace, __: Path, home: Home) -> None:
    stopped = EmulatorHome(home.folder).stop()
    home.outputs_file.unlink(missing_ok=True)
    print(f"Stopped the emulator, process {stopped.pid}." if stopped else "Nothing was running.")


def _invoke(arguments: argparse.Namespace, root: Path, home: Home) -> None:
    context = _context(root, home)
    print(invoke(context, Memory(context).functions(), arguments.function, arguments.payload))


def _logs(arguments: argparse.Namespace, root: Path, home: Home) -> None:
    context = _context(root, home)
    functions = context.client("lambda")
    groups = {
        name: functions.get_function_configuration(FunctionName=physical)["LoggingConfig"]["LogGroup"]
        for name, physical in Memory(context).functions().items()
    }
    with contextlib.suppress(KeyboardInterrupt):
        for line in named_logs(context.client("logs"), chosen_log_groups(groups, arguments.function)):
            print(line, flush=True)


def _context(root: Path, home: Home) -> Context:
    emulator = EmulatorHome(home.folder).running()
    if emulator is None:
        raise LocalError("the emulator is not running: run `rust-serverless local up`")
    region = local_stack_config(root, STACK).region
    return Context(root=root, region=region, endpoint=emulator.url, report=lambda _: None)


if __name__ == "__main__":
    main()
