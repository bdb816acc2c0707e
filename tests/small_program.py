"""A program with two functions, whose Rust code has no dependencies and compiles in a second."""

import shutil
from pathlib import Path

from tests.recording import ROOT
from tests.workspaces import write_workspace

RUNTIME = """\
//! A client of Lambda's Runtime API that always returns the same response.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

/// Responds to every invocation with a text.
pub fn serve(text: &str) {
    loop {
        let invocation = call("GET", "next", "");
        let id = invocation.lines().find_map(|line| line.to_lowercase().strip_prefix(ID).map(str::to_owned)).unwrap();
        call("POST", &format!("{}/response", id.trim()), &format!(r#"{{"statusCode": 200, "body": "{text}"}}"#));
    }
}

const ID: &str = "lambda-runtime-aws-request-id:";

fn call(method: &str, path: &str, body: &str) -> String {
    let host = std::env::var("AWS_LAMBDA_RUNTIME_API").unwrap();
    let mut stream = TcpStream::connect(&host).unwrap();
    write!(
        stream,
        "{method} /2018-06-01/runtime/invocation/{path} HTTP/1.1\\r\\nHost: {host}\\r\\nConnection: close\\r\\n\\
         Content-Length: {}\\r\\n\\r\\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
"""

MANIFEST = """\
[package]
name = "{name}"
version = "0.1.0"
edition = "2024"
"""

NEEDS_RUNTIME = '\n[dependencies]\nruntime = { path = "../../crates/runtime" }\n'

WORKSPACE = {
    "Cargo.toml": (
        '[workspace]\nmembers = ["crates/*", "functions/*"]\nresolver = "3"\n\n[profile.fast]\ninherits = "release"\n'
    ),
    "Cargo.lock": "version = 4\n\n"
    + "\n".join(
        f'[[package]]\nname = "{name}"\nversion = "0.1.0"\n{needs}'
        for name, needs in {
            "one": 'dependencies = ["runtime"]\n',
            "runtime": "",
            "two": 'dependencies = ["runtime"]\n',
        }.items()
    ),
    "rust-toolchain.toml": (ROOT / "rust/rust-toolchain.toml").read_text(),
    "crates/runtime/Cargo.toml": MANIFEST.format(name="runtime"),
    "crates/runtime/src/lib.rs": RUNTIME,
    **{
        f"functions/{name}/{file}": content
        for name in ("one", "two")
        for file, content in {
            "Cargo.toml": MANIFEST.format(name=name) + NEEDS_RUNTIME,
            "src/main.rs": f'fn main() {{\n    runtime::serve("{name}");\n}}\n',
        }.items()
    },
}

PROGRAM = """\
import pulumi

from components.architecture import host_architecture
from components.http_api import HttpApi, HttpApiArgs
from components.rust_function import RustFunction, RustFunctionArgs
from components.rust_workspace import RustWorkspace, RustWorkspaceArgs

(endpoints,) = pulumi.Config("aws").require_object("endpoints")
workspace = RustWorkspace(
    "rust",
    RustWorkspaceArgs(
        architecture=host_architecture(), profile="fast", region="us-east-1", endpoint=endpoints["s3"]
    ),
)
functions = [RustFunction(name, RustFunctionArgs(artifact=workspace.artifact(name))) for name in ("one", "two")]
api = HttpApi("api", HttpApiArgs(routes={f"GET /{function.name}": function for function in functions}))

pulumi.export("apiUrl", api.url)
pulumi.export("routes", api.routes)
pulumi.export("functions", {function.name: function.function_name for function in functions})
pulumi.export("logGroups", {function.name: function.log_group_name for function in functions})
"""

STACK = """\
config:
  aws:region: us-east-1
  aws:endpoints:
    - s3: http://127.0.0.1:4566
"""


def write_program(root: Path) -> Path:
    """Write the program below `root`, and return `root`."""
    write_workspace(root / "rust", WORKSPACE)
    shutil.copytree(ROOT / "components", root / "components", ignore=shutil.ignore_patterns("__pycache__", ".venv"))
    (root / ".venv").symlink_to(ROOT / ".venv")
    for name, content in {
        "Pulumi.yaml": "name: small\nconfig: {}\n",
        "Pulumi.local.yaml": STACK,
        "__main__.py": PROGRAM,
    }.items():
        (root / name).write_text(content)
    return root
