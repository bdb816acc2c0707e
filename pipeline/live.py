"""Functions whose new version was brought back while it was deployed."""

from collections.abc import Mapping
from typing import Any

BROUGHT_BACK = "brought back"


def brought_back(outputs: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each function that goes on with the version before, from a stack's outputs."""
    return [
        f"{function} goes on with version {result['live']}: {result['reason']}"
        for function, result in sorted(outputs.get("deployments", {}).items())
        if result.get("outcome") == BROUGHT_BACK
    ]
