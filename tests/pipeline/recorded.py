"""What Pulumi printed, as `fixtures/README.md` says."""

import json
from pathlib import Path
from typing import Any

from pipeline.preview import Preview, read_preview

FIXTURES = Path(__file__).parent / "fixtures"


def recorded_preview(name: str) -> Preview:
    """Return a recorded preview."""
    return read_preview(FIXTURES / f"{name}.json")


def recorded_text(name: str) -> str:
    """Return what `--diff` printed."""
    return (FIXTURES / f"{name}.diff").read_text()


def recorded_json(name: str) -> Any:
    """Return what another command printed."""
    return json.loads((FIXTURES / f"{name}.json").read_text())
