"""Commands that run a module with the Python that runs the program, whatever environment it is in."""

import shlex
import sys
from pathlib import Path

import pulumi

FOLDER = Path(".rust-serverless")
"""In the program's folder; git ignores it by a file of its own."""


def module_command(module: str) -> str:
    """Return the shell command that runs a module, the same on every machine.

    Pulumi runs it in the program's folder and outside the program's virtual environment. Where that is differs between
    machines, so the command reads it from a file, which this writes.
    """
    note = FOLDER / f"python-{pulumi.get_stack()}"
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / ".gitignore").write_text("*\n", encoding="utf-8")
    note.write_text(sys.executable, encoding="utf-8")
    return f'"$(cat {shlex.quote(str(note))})" -m {shlex.quote(module)}'
