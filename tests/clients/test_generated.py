"""Clients from openapi-generator work with the service, in three languages."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.http_client import request
from tests.rust_programs import serving

HERE = Path(__file__).parent
TYPESCRIPT = "typescript@6.0.3"


@pytest.fixture
def url() -> Iterator[str]:
    """The service without currencies."""
    with serving({}) as url:
        yield url


def generate(url: str, generator: str, folder: Path) -> None:
    document = folder.with_suffix(".json")
    document.write_bytes(request("GET", f"{url}/openapi.json").body)
    # The package includes Java.
    command = [
        sys.executable,
        "-c",
        "from openapi_generator_cli import cli; cli()",
        "generate",
        "--input-spec",
        str(document),
    ]
    done = subprocess.run(
        [*command, "--generator-name", generator, "--output", str(folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def passes(command: list[str | Path], folder: Path, **environment: str) -> None:
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert done.stdout.endswith("passed\n"), done.stdout + done.stderr


def needed(tool: str, package: str) -> str:
    """Return the path of a tool."""
    return shutil.which(tool) or pytest.skip(f"{tool} is not on this machine: install {package}, then run this again")


def test_a_python_client_works(url: str, tmp_path: Path) -> None:
    folder = tmp_path / "client"
    generate(url, "python", folder)
    passes(
        [sys.executable, HERE / "scenario.py", url],
        folder,
        PYTHONPATH=os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]),
    )


def test_a_typescript_client_works(url: str, tmp_path: Path) -> None:
    npm, node = needed("npm", "Node.js"), needed("node", "Node.js")
    folder = tmp_path / "client"
    generate(url, "typescript-fetch", folder)
    shutil.copy(HERE / "scenario.ts", tmp_path)
    subprocess.run([npm, "install", "--no-save", "--no-audit", TYPESCRIPT, "@types/node@20"], cwd=tmp_path, check=True)
    options = ["--strict", "--target", "es2022", "--module", "commonjs", "--ignoreDeprecations", "6.0"]
    tsc = [node, "node_modules/typescript/bin/tsc", *options, "--types", "node", "scenario.ts"]
    compiled = subprocess.run(tsc, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert compiled.returncode == 0, compiled.stdout
    passes([node, "scenario.js", url], tmp_path)


def test_a_go_client_works(url: str, tmp_path: Path) -> None:
    go = needed("go", "Go")
    folder = tmp_path / "client"
    generate(url, "go", folder)
    (folder / "scenario").mkdir()
    shutil.copy(HERE / "scenario.go", folder / "scenario" / "main.go")
    passes([go, "run", "./scenario", url], folder, GOFLAGS="-mod=mod", GOTOOLCHAIN="local")
