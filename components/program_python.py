"""Commands that run a Python module with the program's interpreter."""

import shlex
import sys
from pathlib import Path

import pulumi

FOLDER = Path(".rust-serverless")
"""In the program's folder, with its own `.gitignore`."""


def module_command(module: str) -> str:
    """Return the shell command that runs a module. It is the same on every machine.

    Pulumi runs the command in the program's folder, outside its virtual environment. The interpreter's path differs
    between machines, so this writes it to a file that the command reads.
    """
    file = FOLDER / f"python-{pulumi.get_stack()}"
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / ".gitignore").write_text("*\n", encoding="utf-8")
    file.write_text(sys.executable, encoding="utf-8")
    return f'"$(cat {shlex.quote(str(file))})" -m {shlex.quote(module)}'
