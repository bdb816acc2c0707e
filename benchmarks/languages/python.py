"""The functions in Python, with AWS's runtime interface client."""

import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

from benchmarks.environment import Program
from benchmarks.languages.language import Language, Package, UnavailableError, lambda_variables, zipped_bytes
from benchmarks.stack import Function, Stack

NAME = "Python"
SOURCES = Path(__file__).parents[1] / "peers" / "python"
OWN = ("woothee",)
"""Packages of a handler."""
SDK = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six.py", "urllib3")
"""Packages of the AWS SDK. The others belong to the runtime interface client, which is in Lambda's runtime."""


def python(stack: Stack, home: Path, report: Callable[[str], None]) -> Language:
    """Install the packages, and return the language.

    Raises:
        UnavailableError: they cannot be installed.
    """
    report("installing the Python functions' packages")
    interpreter = _installed(home / "python")
    site_packages = next((home / "python").glob("lib/python*/site-packages"))

    def program(function: Function) -> Program:
        handler = f"{_module(function)}.handler"
        return Program(
            command=(str(interpreter), "-m", "awslambdaric", handler),
            folder=SOURCES,
            variables=lambda_variables(stack, function, SOURCES, handler),
            log=home / "python.log",
        )

    @cache
    def sdk_bytes() -> int:
        return zipped_bytes(site_packages / name for name in SDK)

    def package(function: Function) -> Package:
        source = SOURCES / f"{_module(function)}.py"
        code = source.read_text(encoding="utf-8")
        packages = [site_packages / name for name in OWN if f"import {name}" in code]
        sdk = sdk_bytes() if "import boto3" in code else 0
        return Package(own_bytes=zipped_bytes([source, *packages]), sdk_bytes=sdk)

    return Language(name=NAME, program=program, package=package)


def _module(function: Function) -> str:
    return function.name.replace("-", "_")


def _installed(folder: Path) -> Path:
    """Install into a virtual environment, unless it is up to date."""
    interpreter = folder / "bin" / "python"
    stamp = folder / "requirements.txt"
    wanted = SOURCES / "requirements.txt"
    if stamp.exists() and stamp.read_bytes() == wanted.read_bytes():
        return interpreter
    pip = [str(interpreter), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
    for command in ([sys.executable, "-m", "venv", "--clear", str(folder)], [*pip, "--requirement", str(wanted)]):
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            raise UnavailableError(f"`{' '.join(command)}` failed: {(done.stderr or done.stdout).strip()}")
    stamp.write_bytes(wanted.read_bytes())
    return interpreter
