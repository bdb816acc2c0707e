"""Recorded output of Pulumi, see `fixtures/README.md`."""

import json
from pathlib import Path
from typing import Any

from pipeline.preview import Preview, read_preview

FIXTURES = Path(__file__).parent / "fixtures"


def recorded_preview(name: str) -> Preview:
    """Return a recorded preview."""
    return read_preview(FIXTURES / f"{name}.json")


def recorded_text(name: str) -> str:
    """Return recorded output of `--diff`."""
    return (FIXTURES / f"{name}.diff").read_text()


def recorded_json(name: str) -> Any:
    """Return recorded JSON of another command."""
    return json.loads((FIXTURES / f"{name}.json").read_text())
