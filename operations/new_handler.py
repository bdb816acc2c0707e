"""Writes the files of a new handler, as in the README's section "Add a handler"."""

import ast
import json
import keyword
import re
import shutil
import subprocess
from pathlib import Path

from components.build.cargo import CARGO_MISSING
from operations.cli import OperationError

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
ROUTE = re.compile(r"(?P<method>GET|POST|PUT|PATCH|DELETE) (?P<path>/[A-Za-z0-9/_.{}+-]*)")
"""A route key without `HEAD` and `OPTIONS`, whose responses have no body for the greeting."""
FUNCTIONS = "functions = ("
"""Start of the line in the program that lists the functions."""

MANIFEST = """\
[package]
name = "{name}"
version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true
publish.workspace = true

[lints]
workspace = true

[features]
# Spans of invocations and calls, for an OpenTelemetry collector.
otel = ["powertools/otel"]

[dependencies]
http.workspace = true
http-event.workspace = true
http-service.workspace = true
powertools.workspace = true
reply.workspace = true
serde_json.workspace = true
"""

MAIN = """\
//! Greets the person named in the body.

use std::process::ExitCode;

use http::StatusCode;
use http_event::{{Request, Response}};
use reply::Error;

async fn handle(request: Request) -> Result<Response, Error> {{
    let name = String::from_utf8(request.body.into_bytes(1000)?)
        .map_err(|_| Error::bad_request("InvalidName", "The name is not UTF-8. Send text."))?;
    Response::json(StatusCode::OK, &serde_json::json!({{"{name}": name}})).map_err(Error::internal)
}}

fn main() -> ExitCode {{
    powertools::run(env!("CARGO_BIN_NAME"), http_service::run_handler(handle))
}}
"""


def new_handler(root: Path, name: str, route: str) -> list[Path]:
    """Write the crate, its sample event and its lines in the program, and return the files.

    Raises:
        OperationError: the name or the route is invalid or already used, or Cargo cannot read the new crate. Nothing is
            written then.
    """
    functions, program = root / "rust" / "functions", root / "__main__.py"
    before = program.read_text(encoding="utf-8")
    _check_name(name, functions, before)
    match = _checked_route(route, name, functions)
    if FUNCTIONS not in before:
        raise OperationError(f"__main__.py has no line that starts with {FUNCTIONS!r}: add the function by hand")
    if shutil.which("cargo") is None:
        raise OperationError(CARGO_MISSING)
    crate = functions / name
    files = {
        crate / "Cargo.toml": MANIFEST.format(name=name),
        crate / "src" / "main.rs": MAIN.format(name=name),
        crate / "events" / "http.json": sample_event(match["method"], match["path"]),
        program: before.replace(FUNCTIONS, f"{lines(name, route)}\n{FUNCTIONS}{variable(name)}, ", 1),
    }
    for file, content in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    # Adds the crate to Cargo.lock without compiling.
    command = ["cargo", "metadata", "--format-version", "1", "--manifest-path", str(root / "rust" / "Cargo.toml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        shutil.rmtree(crate)
        program.write_text(before, encoding="utf-8")
        raise OperationError(f"cargo cannot read the new crate, so nothing was written: {done.stderr.strip()}")
    return list(files)


def _check_name(name: str, functions: Path, program: str) -> None:
    if NAME.fullmatch(name) is None:
        raise OperationError(
            f"{name!r} is not a valid name of a handler: use lower-case letters, digits and hyphens, such as NAME=hello"
        )
    if (functions / name).exists():
        raise OperationError(f"rust/functions/{name} already exists: choose another NAME")
    if keyword.iskeyword(variable(name)) or variable(name) in _names(program):
        raise OperationError(f"{variable(name)} is a name in __main__.py, or a keyword of Python: choose another NAME")


def _checked_route(route: str, name: str, functions: Path) -> re.Match[str]:
    match = ROUTE.fullmatch(route)
    if match is None:
        raise OperationError(f"{route!r} is not a route: write a method and a path, such as ROUTE='POST /{name}'")
    for event in functions.glob("*/events/*.json"):
        if json.loads(event.read_text(encoding="utf-8")).get("routeKey") == route:
            raise OperationError(f"{route} is a route of {event.parent.parent.name}: choose another ROUTE")
    return match


def _names(program: str) -> set[str]:
    """Return the names that a program imports or uses, of Python's own too."""
    nodes = list(ast.walk(ast.parse(program)))
    used = {node.id for node in nodes if isinstance(node, ast.Name)}
    return used | {(node.asname or node.name).partition(".")[0] for node in nodes if isinstance(node, ast.alias)}


def variable(name: str) -> str:
    """Return the handler's variable in the program."""
    return name.replace("-", "_")


def lines(name: str, route: str) -> str:
    """Return the lines that declare the handler and its route."""
    return (
        f'{variable(name)} = RustFunction(\n    "{name}",\n'
        f'    RustFunctionArgs(artifact=artifact("{name}"), operation=settings.operation),\n)\n'
        f'api.route("{route}", {variable(name)})'
    )


def sample_event(method: str, path: str) -> str:
    """Return the sample request that `make local` sends."""
    sample_path = re.sub(r"\{\w+\+?\}", "sample", path)
    event = {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": sample_path,
        "rawQueryString": "",
        "headers": {"content-type": "text/plain"},
        "requestContext": {"http": {"method": method, "path": sample_path}},
        "body": "Ada",
        "isBase64Encoded": False,
    }
    return json.dumps(event, indent=2) + "\n"
