"""The commands behind `make local` and its like."""

import argparse
from pathlib import Path

from components.local.commands import away_from_aws, print_logs, running_context, start_emulator, stop_emulator
from components.local.functions import chosen_log_groups, invoke
from components.local.home import Home
from components.local.progress import Progress
from components.local.resources.kind import Context
from components.local.stack import STACK
from local.analytics import sign_in
from local.dev import dev
from local.seed import seed
from local.tokens import SignIn, create_user, machine_token, user_tokens
from local.up import up

START = "make local"


def main() -> None:
    """Run the command named on the command line."""
    arguments = _parser().parse_args()
    interrupted = "Interrupted. `make local` goes on from here, `make local-down` stops the emulator."
    with away_from_aws(arguments.home, interrupted):
        arguments.run(arguments, arguments.root.resolve(), Home(arguments.home.resolve()))


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
    print(stop_emulator(home))


def _emulator(_: argparse.Namespace, root: Path, home: Home) -> None:
    started = start_emulator(root, home)
    print(f"The emulator is on {started.emulator.url}, process {started.emulator.pid}. Stop it: make local-down")
    print(
        f"Next: make up STACK={STACK}, or pulumi up -s {STACK} --config-file {_shown(started.stack_file)}; with "
        "--refresh when the stack was up on an emulator that has been stopped since"
    )


def _shown(file: Path) -> Path:
    return file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file


def _invoke(arguments: argparse.Namespace, root: Path, home: Home) -> None:
    functions = home.read_outputs()["functions"]
    print(invoke(_context(root, home), functions, arguments.function, arguments.payload))


def _logs(arguments: argparse.Namespace, root: Path, home: Home) -> None:
    groups = chosen_log_groups(home.read_outputs()["logGroups"], arguments.function)
    print_logs(_context(root, home).client("logs"), groups)


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
    return running_context(root, home.folder, START)


if __name__ == "__main__":
    main()
