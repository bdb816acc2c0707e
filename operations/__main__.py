"""The commands behind `make up STACK=dev` and its like."""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from components.local.commands import print_logs
from components.local.errors import LocalError
from components.local.functions import chosen_log_groups
from components.local.home import Home
from components.local.stack import STACK
from operations import engine, library_page, settings_table
from operations.errors import OperationError
from operations.new_handler import new_handler
from operations.new_stack import new_stack
from operations.reconcile import reconcile
from operations.stack import RunningStack, running_stack
from services.analytics_users import UserError, put_user, remove_user
from services.session_keys import KNOWN_EVERYWHERE_SECONDS, TooEarlyError, announce, promote


def main() -> None:
    """Run the command named on the command line on the stack named there."""
    arguments = _parser().parse_args()
    try:
        sys.exit(arguments.run(arguments))
    except (LocalError, OperationError, UserError) as error:
        sys.exit(f"error: {error}")
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"error: AWS refuses: {error}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m operations", description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(), help="folder of the program")
    parser.add_argument("--home", type=Path, default=Path(".local"), help="folder of the local stack's state")
    parser.add_argument("--stack", default=STACK)
    commands = parser.add_subparsers(required=True)
    for verb, run in (("up", engine.up), ("preview", engine.preview), ("destroy", engine.destroy)):
        command = commands.add_parser(verb)
        command.add_argument("options", nargs="*", help="options of the Pulumi CLI, after --")
        command.set_defaults(run=_by_the_cli(run))
    commands.add_parser("outputs").set_defaults(run=_on_running(_outputs))
    logs = commands.add_parser("logs")
    logs.add_argument("function", nargs="?")
    logs.set_defaults(run=_on_running(_logs))
    new = commands.add_parser("new-stack")
    new.add_argument("--region", default="eu-west-1")
    new.set_defaults(run=_new_stack)
    handler = commands.add_parser("new-handler")
    handler.add_argument("name")
    handler.add_argument("route")
    handler.set_defaults(run=_new_handler)
    commands.add_parser("docs").set_defaults(run=_docs)
    user = commands.add_parser("analytics-user")
    user.add_argument("name")
    user.add_argument("--remove", action="store_true")
    user.set_defaults(run=_on_running(_user))
    commands.add_parser("rotate-session-keys").set_defaults(run=_on_running(_rotate))
    recount = commands.add_parser("reconcile")
    recount.add_argument("--from", dest="first")
    recount.add_argument("--to", dest="last")
    recount.add_argument("--repair", action="store_true", help="raise totals that are too low")
    recount.add_argument("--lower", metavar="SURPLUS", help="lower totals too, by the surplus that the report printed")
    recount.set_defaults(run=_on_running(_reconcile))
    return parser


def _by_the_cli(
    run: Callable[[str, Path, Home, Sequence[str]], int],
) -> Callable[[argparse.Namespace], int]:
    def by_the_cli(arguments: argparse.Namespace) -> int:
        home = Home(arguments.home.resolve())
        return run(arguments.stack, arguments.root.resolve(), home, arguments.options)

    return by_the_cli


def _on_running(run: Callable[[RunningStack, argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    def on_running(arguments: argparse.Namespace) -> int:
        return run(_running(arguments), arguments)

    return on_running


def _running(arguments: argparse.Namespace) -> RunningStack:
    return running_stack(arguments.stack, arguments.root.resolve(), Home(arguments.home.resolve()))


def _outputs(stack: RunningStack, arguments: argparse.Namespace) -> int:
    engine.print_outputs(stack, arguments.root)
    return 0


def _logs(stack: RunningStack, arguments: argparse.Namespace) -> int:
    groups = chosen_log_groups(stack.outputs["logGroups"], arguments.function)
    print_logs(stack.client("logs"), groups)
    return 0


def _new_stack(arguments: argparse.Namespace) -> int:
    file = new_stack(arguments.root, arguments.stack, arguments.region)
    print(f"Wrote {file.name}. Next: pulumi stack init {arguments.stack}, then make up STACK={arguments.stack}")
    return 0


def _new_handler(arguments: argparse.Namespace) -> int:
    root = arguments.root.resolve()
    for file in new_handler(root, arguments.name, arguments.route):
        print(f"Wrote {file.relative_to(root)}")
    print(f"Next: make local, then change rust/functions/{arguments.name}/src/main.rs; make dev follows it")
    return 0


def _docs(arguments: argparse.Namespace) -> int:
    pages = {settings_table.FILE: settings_table.settings_page, library_page.FILE: library_page.library_page}
    for file, page in pages.items():
        (arguments.root / file).write_text(page(arguments.root), encoding="utf-8")
    return 0


def _user(stack: RunningStack, arguments: argparse.Namespace) -> int:
    accounts = stack.table("analytics-accounts")
    if arguments.remove:
        remove_user(stack.client("dynamodb"), accounts, arguments.name)
        print(f"{arguments.name} is removed, and signed out.")
        return 0
    password = put_user(stack.client("dynamodb"), accounts, arguments.name)
    print(
        f"user      {arguments.name}\npassword  {password}\nsign in   POST {stack.outputs['apiUrl']}/analytics/sign-in"
    )
    return 0


def _rotate(stack: RunningStack, _: argparse.Namespace) -> int:
    dynamodb, table = stack.client("dynamodb"), stack.table("analytics-state")
    if announce(dynamodb, table, time.time()):
        print(
            f"Step 1 of 2: a new key opens session tokens. In {KNOWN_EVERYWHERE_SECONDS} seconds every environment "
            "knows it: run this command again then, and it will seal them."
        )
        return 0
    try:
        ended = promote(dynamodb, table, time.time())
    except TooEarlyError as error:
        raise OperationError(str(error)) from error
    print("Step 2 of 2: the new key seals session tokens; the one before goes on opening them.")
    if ended:
        print(f"{ended} older key ended. Sessions that still use it end within a minute.")
    return 0


def _reconcile(stack: RunningStack, arguments: argparse.Namespace) -> int:
    options = [
        *(["--from", arguments.first] if arguments.first else []),
        *(["--to", arguments.last] if arguments.last else []),
        *(["--repair"] if arguments.repair else []),
        *(["--lower", arguments.lower] if arguments.lower else []),
    ]
    return reconcile(stack, arguments.root, options)


if __name__ == "__main__":
    main()
