"""Generates docs/settings.md from the schema, the project file and the stack files."""

from pathlib import Path
from typing import Any

import yaml

from components.local.stack_config import StackConfig, read_stack_config
from settings import Reader, read_with

STACKS = ("dev", "staging", "prod")
FILE = Path("docs") / "settings.md"

HEAD = """\
# Settings

Set these in `Pulumi.<stack>.yaml` as `rust-serverless:<setting>`. `make check FIX=1` generates this page.
All wrong, missing and unknown settings are reported together, each with a line to paste.

`prod` requires `pointInTimeRecovery`. `domainName` and `hostedZoneId` require each other.

| Setting | Description | Must be | Default | {stacks} |
|---|---|---|---|{lines}|
"""


def settings_page(root: Path) -> str:
    """Return the page as Markdown."""
    project: dict[str, Any] = yaml.safe_load((root / "Pulumi.yaml").read_text(encoding="utf-8"))
    stacks = [read_stack_config(root, stack) for stack in STACKS]
    rules = _rules(stacks[0])
    head = HEAD.format(stacks=" | ".join(STACKS), lines="|".join("---" for _ in STACKS))
    # Keys with a namespace configure Pulumi or a provider.
    own = {key: schema for key, schema in project["config"].items() if ":" not in key}
    return head + "".join(_row(key, schema, rules, stacks) for key, schema in sorted(own.items()))


def _rules(config: StackConfig) -> dict[str, str]:
    """Return the rule of each setting, by full key."""
    reader = Reader(config.project, config.values)
    read_with(reader)
    return reader.rules


def _row(key: str, schema: dict[str, Any], rules: dict[str, str], stacks: list[StackConfig]) -> str:
    full_key = f"{stacks[0].project}:{key}"
    default = _cell(schema["default"])
    values = [_cell(stack.values[full_key]) for stack in stacks]
    differing = ["" if value == default else value for value in values]
    cells = [f"`{key}`", schema["description"], rules[full_key], default, *differing]
    return f"| {' | '.join(cells)} |\n"


def _cell(value: object) -> str:
    text = value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return f"`{text}`" if text else "empty"
