"""Commands that run a module of this program's own, with the tools of its virtual environment first on the path."""

import shlex


def own_program(module: str) -> str:
    """Return the command for a module, the same on every machine: Pulumi runs it in the program's folder."""
    return f'PATH="$PWD/.venv/bin:$PATH" {shlex.join(["python3", "-m", module])}'
