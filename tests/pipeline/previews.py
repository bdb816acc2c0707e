"""Previews with chosen steps, as `pulumi preview --json` prints them."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pipeline.preview import Preview, read_preview


def step(
    operation: str,
    typ: str,
    name: str,
    inputs: tuple[Mapping[str, Any] | None, Mapping[str, Any] | None],
    references: Mapping[str, list[str]] | None = None,
) -> dict[str, Any]:
    """Return a step with the inputs of the old and the new state, None for no state."""
    states = {
        state: {"custom": True, "inputs": values, "propertyDependencies": references or {}}
        for state, values in zip(("oldState", "newState"), inputs, strict=True)
        if values is not None
    }
    return {"op": operation, "urn": urn(typ, name), **states}


def urn(typ: str, name: str) -> str:
    """Return the URN of a resource of the stack `prod`."""
    return f"urn:pulumi:prod::rust-serverless::{typ}::{name}"


def previewed(tmp_path: Path, steps: Iterable[dict[str, Any]]) -> Preview:
    """Read a preview with these steps."""
    file = tmp_path / "preview.json"
    file.write_text(json.dumps({"steps": list(steps), "changeSummary": {}}))
    return read_preview(file)
