"""Writes the files of a new handler, as in the README's section "Add a handler"."""

import json
import re
import subprocess
from pathlib import Path

from operations.cli import INSTALL_CARGO, OperationError

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
ROUTE = re.compile(r"(?P<method>GET|HEAD|POST|PUT|PATCH|DELETE) (?P<path>/[a-z0-9/_.{}+-]*)")
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
        OperationError: the name or the route is invalid or already used.
    """
    match = ROUTE.fullmatch(route)
    if NAME.fullmatch(name) is None:
        raise OperationError(
            f"{name!r} is not a valid name of a handler: use lower-case letters, digits and hyphens, such as NAME=hello"
        )
    if match is None:
        raise OperationError(f"{route!r} is not a route: write a method and a path, such as ROUTE='POST /{name}'")
    crate = root / "rust" / "functions" / name
    if crate.exists():
        raise OperationError(f"{crate.relative_to(root)} already exists: choose another NAME")
    program = root / "__main__.py"
    before = program.read_text(encoding="utf-8")
    if FUNCTIONS not in before:
        raise OperationError(f"__main__.py has no line that starts with {FUNCTIONS!r}: add the function by hand")
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
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise OperationError(INSTALL_CARGO) from None
    if done.returncode != 0:
        raise OperationError(f"cargo cannot read the new crate: {done.stderr.strip()}")
    return list(files)


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
