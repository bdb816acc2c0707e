"""A bare client in C, the lower limit for starting a process and requesting an event."""

import subprocess
import sys
from pathlib import Path

from benchmarks.environment import Program
from benchmarks.languages.language import Language, Package, lambda_variables, zipped_bytes
from benchmarks.stack import Function, Stack

NAME = "bare C"
SOURCE = Path(__file__).parents[1] / "peers" / "c" / "bootstrap.c"


def c(stack: Stack, home: Path) -> Language:
    """Compile the client with zig, and return its language."""
    folder = home / "c"
    folder.mkdir(parents=True, exist_ok=True)
    bootstrap = folder / "bootstrap"
    compile_bootstrap(bootstrap)

    def program(function: Function) -> Program:
        return Program(
            command=(str(bootstrap),),
            folder=folder,
            variables=lambda_variables(stack, function, folder, "bootstrap"),
            log=home / "c.log",
        )

    package = Package(own_bytes=zipped_bytes([bootstrap]))
    return Language(name=NAME, program=program, package=lambda _: package)


def compile_bootstrap(bootstrap: Path) -> None:
    """Compile the client to an executable."""
    command = [sys.executable, "-m", "ziglang", "cc", "-O2", "-s", "-D_GNU_SOURCE", "-o", str(bootstrap), str(SOURCE)]
    subprocess.run(command, check=True)
