"""Runs, deploys, calls and maintains a stack: `local`, on this machine, or one on AWS. `make` calls this."""

import argparse
import contextlib
import getpass
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from botocore.exceptions import BotoCoreError, ClientError

from benchmarks.section import BenchError
from components.local.commands import INTERRUPTED, isolated_command, print_logs, stop_emulator
from components.local.errors import LocalError
from components.local.functions import chosen_log_groups, invoke
from components.local.home import Home
from components.local.progress import Progress
from components.local.stack_config import STACK
from components.version_shift import ALIAS
from local.analytics import ANALYTICS, session_token
from local.seed import seed
from local.tokens import CURRENCIES, SignIn, create_user, machine_token, token_for, user_tokens
from operations import deploy
from operations.cli import OperationError
from operations.debug_header import debug_header, private_key
from operations.emulator import start_emulator
from operations.new_handler import new_handler
from operations.new_stack import new_stack
from operations.reconcile import reconcile
from operations.stack import RunningStack, running_stack
from services.analytics_users import UserError, put_user, remove_user
from services.session_keys import PROPAGATION_SECONDS, TooEarlyError, announce, promote

Command: TypeAlias = Callable[[argparse.Namespace], int | None]
"""Runs a verb and returns the exit status; None is success."""


def main() -> None:
    """Run the verb on the command line."""
    arguments = _parser().parse_args()
    arguments.root, arguments.home = arguments.root.resolve(), Home(arguments.home.resolve())
    with _errors_as_messages(arguments.stack):
        sys.exit(arguments.run(arguments))


@contextlib.contextmanager
def _errors_as_messages(stack: str) -> Iterator[None]:
    try:
        yield
    except (LocalError, OperationError, UserError, BenchError) as error:
        sys.exit(f"error: {error}")
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"error: {'the emulator' if stack == STACK else 'AWS'} returned an error: {error}")
    except KeyboardInterrupt:
        os._exit(INTERRUPTED)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m operations", description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(), help="folder of the program")
    parser.add_argument("--home", type=Path, default=Path(".local"), help="folder for the local stack's state")
    parser.add_argument("--stack", default=STACK, help=f"stack to work on; {STACK} by default")
    verbs = parser.add_subparsers(required=True, metavar="verb")
    _add_local_verbs(verbs)
    _add_deployment_verbs(verbs)
    _add_stack_verbs(verbs)
    _add_maintenance_verbs(verbs)
    _add_development_verbs(verbs)
    return parser


def _add(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, run: Command, text: str
) -> argparse.ArgumentParser:
    verb = verbs.add_parser(name, help=text, description=text)
    verb.set_defaults(run=run)
    return verb


def _add_local_verbs(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    _add(verbs, "local", _on_emulator(_local), "run the program on the emulator and call every route")
    _add(verbs, "dev", _on_emulator(_dev), "the same, then redeploy on every save and follow the logs")
    _add(verbs, "down", _on_emulator(_down), "stop the emulator, with everything on it")
    _add(verbs, "emulator", _on_emulator(_emulator), "start the emulator alone, for `pulumi up -s local`")


def _add_deployment_verbs(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    for name, run, text in (
        ("up", deploy.up, "create or update a stack, and print its URLs"),
        ("preview", deploy.preview, "show what `up` would change"),
        ("destroy", deploy.destroy, "delete a stack's resources and their data"),
    ):
        verb = _add(verbs, name, _with_cli(run), text)
        verb.add_argument("options", nargs="*", help="options of the Pulumi CLI, after --")


def _add_stack_verbs(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    _add(verbs, "outputs", _on_stack(_outputs), "print a stack's URLs, and write all outputs to .outputs")
    verb = _add(verbs, "logs", _on_stack(_logs), "follow the logs of all functions, or of one")
    verb.add_argument("function", nargs="?")
    verb.add_argument("--request", help="print the lines of one request, by its id")
    verb.add_argument("--json", action="store_true", help="print lines as they were written")
    verb = _add(verbs, "invoke", _on_stack(_invoke), "invoke a function with a JSON payload")
    verb.add_argument("function")
    verb.add_argument("payload", nargs="?", default="{}")
    verb = _add(verbs, "token", _on_stack(_token), "print a token for the routes of a function")
    verb.add_argument("function", nargs="?", default=CURRENCIES, choices=(CURRENCIES, ANALYTICS))
    verb.add_argument("--name", help=f"user to sign in as, for {ANALYTICS} on AWS; asks for the password")
    verb = _add(verbs, "user", _on_stack(_user), "create a user with a random password, or reset the password")
    verb.add_argument("function", choices=(CURRENCIES, ANALYTICS))
    verb.add_argument("--name", help=f"name of the user; for {CURRENCIES} an e-mail address")
    verb.add_argument("--remove", action="store_true", help=f"remove a user of {ANALYTICS} instead")
    _add(verbs, "seed", _on_stack(_seed), "create every currency of ISO 4217")


def _add_maintenance_verbs(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    _add(verbs, "rotate-session-keys", _on_stack(_rotate), "encrypt the sessions of the reports with a new key")
    verb = _add(verbs, "debug-header", _debug_header, "print a header that makes a request log at debug")
    verb.add_argument("key", type=Path, help="PEM file with an Ed25519 private key; it is created if there is none")
    verb.add_argument("--minutes", type=int, default=15, help="validity, at most 60")
    verb = _add(verbs, "reconcile", _on_stack(_reconcile), "recount the stored page views and print the drift")
    verb.add_argument("--from", dest="first", metavar="DAY", help="first day, such as 2026-11-01")
    verb.add_argument("--to", dest="last", metavar="DAY", help="last day")
    verb.add_argument("--repair", action="store_true", help="raise totals that are too low")
    verb.add_argument("--lower", metavar="SURPLUS", help="lower totals too, by the printed surplus")


def _add_development_verbs(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verb = _add(verbs, "new-stack", _new_stack, "write the configuration of a stack with disposable data")
    verb.add_argument("--region", default="eu-west-1")
    verb = _add(verbs, "new-handler", _new_handler, "write a handler, its sample event and its route")
    verb.add_argument("name")
    verb.add_argument("route", help="route key, such as 'POST /hello'")
    verb = _add(verbs, "bench", _bench, "measure the functions, and write docs/benchmarks.md")
    verb.add_argument("name", nargs="?", help="one benchmark, without writing the page")
    _add(verbs, "docs", _docs, "write the pages that are generated from the code")


def _on_emulator(run: Command) -> Command:
    def isolated(arguments: argparse.Namespace) -> int | None:
        interrupted = "Interrupted. `make local` continues from here; `make down` stops the emulator."
        with isolated_command(arguments.root, arguments.home.folder, interrupted):
            return run(arguments)

    return isolated


def _with_cli(run: Callable[[str, Path, Home, Sequence[str]], int]) -> Command:
    return lambda arguments: run(arguments.stack, arguments.root, arguments.home, arguments.options)


def _on_stack(run: Callable[[RunningStack, argparse.Namespace], int | None]) -> Command:
    return lambda arguments: run(running_stack(arguments.stack, arguments.root, arguments.home), arguments)


def _local(arguments: argparse.Namespace) -> None:
    from local.up import up  # noqa: PLC0415 (it imports Pulumi's SDK, which makes a start a quarter of a second slower)

    up(arguments.root, arguments.home)


def _dev(arguments: argparse.Namespace) -> None:
    from local.dev import dev  # noqa: PLC0415 (as above)

    dev(arguments.root, arguments.home)


def _down(arguments: argparse.Namespace) -> None:
    print(stop_emulator(arguments.home))


def _emulator(arguments: argparse.Namespace) -> None:
    started = start_emulator(arguments.root, arguments.home)
    print(f"The emulator is on {started.emulator.url}, process {started.emulator.pid}. Stop it: make down")
    print(
        f"Next: make up, or pulumi up -s {STACK} --config-file {_relative(started.stack_file)}. Add --refresh if the "
        "stack was deployed to an emulator that has been stopped since"
    )


def _relative(file: Path) -> Path:
    return file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file


def _outputs(stack: RunningStack, arguments: argparse.Namespace) -> None:
    deploy.print_outputs(stack, arguments.root)


def _logs(stack: RunningStack, arguments: argparse.Namespace) -> None:
    groups = chosen_log_groups(stack.outputs["logGroups"], arguments.function)
    if arguments.request and "accessLogGroup" in stack.outputs:
        groups = {"gateway": stack.outputs["accessLogGroup"], **groups}
    print_logs(stack.client("logs"), groups, arguments.request, as_json=arguments.json)


def _invoke(stack: RunningStack, arguments: argparse.Namespace) -> None:
    shifted = stack.outputs.get("deployments", {})
    functions = {
        name: f"{physical}:{ALIAS}" if name in shifted else physical
        for name, physical in stack.outputs["functions"].items()
    }
    print(invoke(stack.client("lambda"), functions, arguments.function, arguments.payload))


def _token(stack: RunningStack, arguments: argparse.Namespace) -> None:
    if arguments.function != ANALYTICS or stack.name == STACK:
        print(token_for(arguments.function, stack, stack.outputs))
        return
    if not arguments.name:
        raise OperationError(
            f"name a user: make token FN={ANALYTICS} NAME=ann STACK={stack.name}. Create one: make user "
            f"FN={ANALYTICS} NAME=ann STACK={stack.name}"
        )
    print(session_token(stack.outputs["apiUrl"], arguments.name, getpass.getpass()))


def _user(stack: RunningStack, arguments: argparse.Namespace) -> None:
    if arguments.function == CURRENCIES:
        _currencies_user(stack, arguments)
    else:
        _analytics_user(stack, arguments)


def _currencies_user(stack: RunningStack, arguments: argparse.Namespace) -> None:
    if arguments.remove:
        raise OperationError(f"--remove is for users of {ANALYTICS}: remove users of {CURRENCIES} in Cognito's console")
    sign_in = SignIn.from_outputs(stack.outputs)
    user = create_user(stack, sign_in, arguments.name)
    print(f"user      {user.email}\npassword  {user.password}\nsign in   {stack.outputs['apiUrl']}/docs")
    if stack.name == STACK:
        print(f"token     {user_tokens(sign_in, user)['access_token']}")


def _analytics_user(stack: RunningStack, arguments: argparse.Namespace) -> None:
    accounts, name = stack.table("analytics-accounts"), arguments.name or ""
    if arguments.remove:
        remove_user(stack.client("dynamodb"), accounts, name)
        print(f"Removed {name} and ended their sessions.")
        return
    password = put_user(stack.client("dynamodb"), accounts, name)
    print(f"user      {name}\npassword  {password}\nsign in   {stack.outputs['apiUrl']}/analytics")


def _seed(stack: RunningStack, _: argparse.Namespace) -> None:
    api_url, progress = stack.outputs["apiUrl"], Progress()
    with progress.shown():
        token = machine_token(stack, SignIn.from_outputs(stack.outputs))
        count = seed(api_url, token, progress.report)
    print(f"Created {count} currencies: {api_url}/currencies")


def _rotate(stack: RunningStack, _: argparse.Namespace) -> None:
    dynamodb, table = stack.client("dynamodb"), stack.table("analytics-state")
    if announce(dynamodb, table, time.time()):
        print(
            f"Step 1 of 2: added a key that decrypts session tokens. Run this command again in {PROPAGATION_SECONDS} "
            "seconds, when every environment has read it, to encrypt with it."
        )
        return
    try:
        ended = promote(dynamodb, table, time.time())
    except TooEarlyError as error:
        raise OperationError(str(error)) from error
    print("Step 2 of 2: the new key encrypts session tokens; the previous key still decrypts them.")
    if ended:
        print(f"Removed {ended} older key. Sessions that use it end within a minute.")


def _debug_header(arguments: argparse.Namespace) -> None:
    key = private_key(arguments.key)
    header = debug_header(key, time.time(), arguments.minutes)
    public = key.public_key().public_bytes_raw().hex()
    print(f"For stacks that were deployed with debugPublicKey: {public}", file=sys.stderr)
    print(header)


def _reconcile(stack: RunningStack, arguments: argparse.Namespace) -> int:
    options = [
        *(["--from", arguments.first] if arguments.first else []),
        *(["--to", arguments.last] if arguments.last else []),
        *(["--repair"] if arguments.repair else []),
        *(["--lower", arguments.lower] if arguments.lower else []),
    ]
    return reconcile(stack, arguments.root, options)


def _new_stack(arguments: argparse.Namespace) -> None:
    file = new_stack(arguments.root, arguments.stack, arguments.region)
    print(f"Wrote {file.name}. Next: make up STACK={arguments.stack}, which creates the stack")


def _new_handler(arguments: argparse.Namespace) -> None:
    for file in new_handler(arguments.root, arguments.name, arguments.route):
        print(f"Wrote {file.relative_to(arguments.root)}")
    print(
        f"Next: make local, then edit rust/functions/{arguments.name}/src/main.rs; `make dev` redeploys on every save"
    )


def _bench(arguments: argparse.Namespace) -> None:
    from benchmarks import run as benchmarks  # noqa: PLC0415 (a slow import, which only this verb needs)

    benchmarks.run(arguments.root, Home(arguments.home.folder / "bench"), arguments.name)


def _docs(arguments: argparse.Namespace) -> None:
    from operations import library_page, settings_table  # noqa: PLC0415 (they import the provider's SDK)

    pages = {settings_table.FILE: settings_table.settings_page, library_page.FILE: library_page.library_page}
    for file, page in pages.items():
        (arguments.root / file).write_text(page(arguments.root), encoding="utf-8")


if __name__ == "__main__":
    main()
