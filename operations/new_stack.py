"""Writes the configuration of a new stack."""

import re
from pathlib import Path

from operations.cli import OperationError

NAME = re.compile(r"(?!pr(-|$))(?=.{1,12}$)[a-z][a-z0-9]*(-[a-z0-9]+)*")
"""A stack's name is part of every resource's name, where two hyphens follow it. All services allow these characters,
and Lambda's limit for names of functions leaves 12. Names of the form `pr-<number>` are for pull requests."""

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
"""Configuration with disposable data, as in `dev`; docs/settings.md lists all settings."""


def new_stack(root: Path, name: str, region: str) -> Path:
    """Write `Pulumi.<name>.yaml` and return its path.

    Raises:
        OperationError: the name is invalid, or the file exists.
    """
    if not NAME.fullmatch(name):
        raise OperationError(
            f"{name!r} is not a valid stack name: use up to 12 lower-case letters, digits and single hyphens, not pr-…"
        )
    file = root / f"Pulumi.{name}.yaml"
    try:
        with file.open("x", encoding="utf-8") as written:
            written.write(CONTENT.format(name=name, region=region))
    except FileExistsError:
        raise OperationError(f"{file.name} already exists: choose another NAME") from None
    return file
