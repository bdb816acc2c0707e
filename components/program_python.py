"""Commands that run a Python module with the program's interpreter."""

import shlex
import sys
from pathlib import Path

import pulumi

from .generated_folder import create_generated_folder

FOLDER = Path(".rust-serverless")
"""In the program's folder."""


def module_command(module: str) -> str:
    """Return the shell command that runs a module under supervision. It is the same on every machine.

    Pulumi runs the command in the program's folder, outside its virtual environment. The interpreter's path differs
    between machines, so this writes it to a file that the command reads.
    """
    file = FOLDER / f"python-{pulumi.get_stack()}"
    create_generated_folder(FOLDER)
    file.write_text(sys.executable, encoding="utf-8")
    return f'"$(cat {shlex.quote(str(file))})" -m {__package__}.supervisor {shlex.quote(module)}'
