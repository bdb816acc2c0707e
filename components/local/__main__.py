"""Runs a Pulumi program on this machine, without an AWS account, Docker or the Pulumi CLI."""

import argparse
import sys
from pathlib import Path

from .commands import isolated_command, print_logs, running_context, stop_emulator
from .emulator import EmulatorHome
from .functions import chosen_log_groups, invoke
from .home import Home
from .progress import Progress
from .provisioner import LocalState
from .stack import LocalStack
from .stack_config import STACK, local_stack_config

START = "rust-serverless local up"


def main() -> None:
    """Run the verb on the command line, such as `rust-serverless local up`."""
    arguments = _parser().parse_args()
    root = arguments.root.resolve()
    folder = (arguments.home or root / ".local").resolve()
    with isolated_command(root, folder):
        if not folder.is_dir():
            # Fails in a folder that is not a program's, which stays as it is.
            local_stack_config(root, STACK)
        arguments.run(arguments, root, Home(folder))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rust-serverless", description=__doc__)
    local = parser.add_subparsers(required=True).add_parser("local", help="run a program on this machine")
    local.add_argument("--root", type=Path, default=Path(), help="folder of the program, with its Pulumi.yaml")
    local.add_argument(
        "--home", type=Path, help="folder for the emulator's state; by default .local in the folder of the program"
    )
    commands = local.add_subparsers(required=True)
    commands.add_parser("up", help="create and update the resources that the program declares").set_defaults(run=_up)
    commands.add_parser("down", help="stop the emulator, with everything on it").set_defaults(run=_down)
    invocation = commands.add_parser("invoke", help="invoke a function with a JSON event")
    invocation.add_argument("function")
    invocation.add_argument("payload", nargs="?", default="{}")
    invocation.set_defaults(run=_invoke)
    logs = commands.add_parser("logs", help="follow the logs of all functions, or of one")
    logs.add_argument("function", nargs="?")
    logs.add_argument("--request", help="print the lines of one request, by its id")
    logs.add_argument("--json", action="store_true", help="print lines as they were written")
    logs.set_defaults(run=_logs)
    return parser


def _up(_: argparse.Namespace, root: Path, home: Home) -> None:
    progress = Progress()
    with home.one_run_at_a_time(), progress.shown():
        progress.report("starting the emulator")
        outputs = LocalStack(root, home, progress.report).deploy().outputs
    for name, value in outputs.items():
        print(f"{name}  {value}")
    print(f"All outputs are in {home.outputs_file}. Stop: rust-serverless local down", file=sys.stderr)


def _down(_: argparse.Namespace, __: Path, home: Home) -> None:
    print(stop_emulator(home))


def _invoke(arguments: argparse.Namespace, root: Path, home: Home) -> None:
    context = running_context(root, home.folder, START)
    print(invoke(context.client("lambda"), _functions(home), arguments.function, arguments.payload))


def _functions(home: Home) -> dict[str, str]:
    return LocalState(EmulatorHome(home.folder).resources).functions()


def _logs(arguments: argparse.Namespace, root: Path, home: Home) -> None:
    context = running_context(root, home.folder, START)
    functions = context.client("lambda")
    groups = {
        name: functions.get_function_configuration(FunctionName=physical)["LoggingConfig"]["LogGroup"]
        for name, physical in _functions(home).items()
    }
    chosen = chosen_log_groups(groups, arguments.function)
    print_logs(context.client("logs"), chosen, arguments.request, as_json=arguments.json)


if __name__ == "__main__":
    main()
