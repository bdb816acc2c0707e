"""Programs of the Rust workspace that tests run, compiled with the features of `make test`.

With other features, Cargo would compile most dependencies again.
"""

import contextlib
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from tests.recording import ROOT

WORKSPACE = ("--locked", "--quiet", "--workspace", "--all-features")
SERVE = ("--example", "serve")
"""The example of `currencies`, with which Cargo adds the features of development dependencies."""


def built_tool(name: str) -> Path:
    """Compile a tool of `rust/tools`, and return the binary."""
    return _built(name, "--bin", name)


@contextlib.contextmanager
def serving(environment: Mapping[str, str]) -> Iterator[str]:
    """Start `currencies` without Lambda, and yield its URL."""
    binary = _built("examples/serve")
    with subprocess.Popen(
        [binary], env={**os.environ, **environment, "PORT": "0"}, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        found = re.search(r"http://[^/]+", server.stdout.readline())
        assert found is not None
        yield found.group()
        server.terminate()


@cache
def _built(file: str, *options: str) -> Path:
    subprocess.run(["cargo", "build", *WORKSPACE, *SERVE, *options], cwd=ROOT / "rust", check=True)
    return Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "rust" / "target")) / "debug" / file
