"""Our functions: the executables of the program's build."""

from pathlib import Path

from benchmarks.environment import Program
from benchmarks.languages.language import Language, Package, lambda_variables
from benchmarks.stack import Function, Stack

NAME = "Rust"


def rust(stack: Stack, home: Path) -> Language:
    """Return the language of the program's own functions."""

    def program(function: Function) -> Program:
        folder = function.bootstrap.parent
        return Program(
            command=(str(function.bootstrap),),
            folder=folder,
            variables=lambda_variables(stack, function, folder, "bootstrap"),
            log=home / "rust.log",
        )

    return Language(name=NAME, program=program, package=lambda function: Package(own_bytes=function.zip_bytes))
