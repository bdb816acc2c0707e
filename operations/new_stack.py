"""Writes the configuration of a new stack."""

import re
from pathlib import Path

from operations.cli import OperationError

NAME = re.compile(r"(?!pr(-|$))(?=.{1,12}$)[a-z][a-z0-9]*(-[a-z0-9]+)*")
"""Part of every resource's name, where two hyphens end it: its letters are allowed in all of them, and the name of a
function has room for 12. The stacks of pull requests are called `pr-<number>`."""

CONTENT = """\
config:
  aws:region: {region}
  aws:defaultTags:
    tags:
      project: rust-serverless
      stack: {name}
  rust-serverless:logRetentionDays: "7"
  rust-serverless:pointInTimeRecovery: "false"
  rust-serverless:deletionProtection: "false"
"""
"""Disposable, as `dev` is; see docs/settings.md for what else can be set."""


def new_stack(root: Path, name: str, region: str) -> Path:
    """Write `Pulumi.<name>.yaml` and return its path.

    Raises:
        OperationError: the name cannot be one, or the file is there.
    """
    if not NAME.fullmatch(name):
        raise OperationError(
            f"{name!r} is no stack's name: use up to 12 lower-case letters, digits and single hyphens, not pr-…"
        )
    file = root / f"Pulumi.{name}.yaml"
    try:
        with file.open("x", encoding="utf-8") as written:
            written.write(CONTENT.format(name=name, region=region))
    except FileExistsError:
        raise OperationError(f"{file.name} is there already") from None
    return file
