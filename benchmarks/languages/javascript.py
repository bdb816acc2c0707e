"""The functions in JavaScript, with AWS's runtime interface client."""

import os
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

from benchmarks.environment import Program
from benchmarks.languages.language import Language, Package, UnavailableError, lambda_variables, zipped_bytes
from benchmarks.stack import Function, Stack

NAME = "JavaScript"
SOURCES = Path(__file__).parents[1] / "peers" / "javascript"
OWN = ("woothee",)
"""Packages of a handler."""
SDK = ("@aws", "@aws-crypto", "@aws-sdk", "@smithy", "bowser", "mnemonist", "obliterator", "tslib")
"""Packages of the AWS SDK. The others belong to the runtime interface client, which is in Lambda's runtime."""

TOOLS = {
    "node": "nodejs",
    "npm": "npm",
    "g++": "g++",
    "make": "make",
    "cmake": "cmake",
    "autoconf": "autoconf",
    "automake": "automake",
    "libtoolize": "libtool",
}
"""Tools that compile the runtime interface client, and their Debian packages."""

ERROR_CHARACTERS = 500
"""Maximum length of npm's errors, from their end; warnings precede them."""


def javascript(stack: Stack, home: Path, report: Callable[[str], None]) -> Language:
    """Install the packages, and return the language.

    Raises:
        UnavailableError: tools are missing, or the packages cannot be installed.
    """
    folder = home / "javascript"
    _install(folder, report)
    modules = folder / "node_modules"
    node = shutil.which("node") or ""

    def program(function: Function) -> Program:
        handler = f"{function.name}.handler"
        return Program(
            command=(node, str(modules / "aws-lambda-ric" / "bin" / "index.mjs"), handler),
            folder=folder,
            variables=lambda_variables(stack, function, folder, handler),
            log=home / "javascript.log",
        )

    @cache
    def sdk_bytes() -> int:
        return zipped_bytes(modules / name for name in SDK if (modules / name).exists())

    def package(function: Function) -> Package:
        source = folder / f"{function.name}.mjs"
        code = source.read_text(encoding="utf-8")
        packages = [modules / name for name in OWN if f'from "{name}"' in code]
        sdk = sdk_bytes() if 'from "@aws-sdk' in code else 0
        return Package(own_bytes=zipped_bytes([source, *packages]), sdk_bytes=sdk)

    return Language(name=NAME, program=program, package=package)


def _install(folder: Path, report: Callable[[str], None]) -> None:
    """Copy the sources, and install the packages unless they are up to date."""
    folder.mkdir(parents=True, exist_ok=True)
    for source in (*SOURCES.glob("*.mjs"), SOURCES / "package.json", SOURCES / ".npmrc"):
        shutil.copy(source, folder)
    lock, stamp = SOURCES / "package-lock.json", folder / "package-lock.json"
    if (folder / "node_modules").exists() and stamp.exists() and stamp.read_bytes() == lock.read_bytes():
        return
    find_tools(report)
    report("compiling the runtime interface client of JavaScript, once: some minutes")
    shutil.copy(lock, stamp)
    command = ["npm", "ci", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        stamp.unlink()
        raise UnavailableError(f"`npm ci` failed in {folder}: {done.stderr.strip()[-ERROR_CHARACTERS:]}")


def find_tools(report: Callable[[str], None]) -> None:
    """Check the tools that packages are compiled with; as root on Debian, install them.

    Raises:
        UnavailableError: with the missing tools.
    """
    missing = _missing()
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        report(f"installing {', '.join(missing)}")
        for arguments in (["update"], ["install", "--yes", *missing]):
            subprocess.run(["apt-get", "--quiet", *arguments], check=False, capture_output=True)
        missing = _missing()
    if missing:
        raise UnavailableError(f"{', '.join(missing)} missing: run `apt-get install {' '.join(missing)}`")


def _missing() -> list[str]:
    return [package for tool, package in TOOLS.items() if shutil.which(tool) is None]
