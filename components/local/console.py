"""The command `rust-serverless`."""

import importlib.util
import sys

EXTRA = ("cryptography", "ministack", "rich", "yaml")
"""Modules of the extra `local`."""


def main() -> None:
    """Run the command, if what it needs is installed."""
    for module in EXTRA:
        if importlib.util.find_spec(module) is None:
            sys.exit(f'error: {module} is not installed: pip install "rust-serverless[local]"')
    from .__main__ import main as run  # noqa: PLC0415 (it imports the extra)

    run()
