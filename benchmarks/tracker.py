"""The size of the tracker."""

import gzip
import urllib.request


def size(api_url: str) -> str:
    """Return the size of the tracker as the API serves it, as a sentence."""
    with urllib.request.urlopen(f"{api_url}/analytics/a.js", timeout=60) as answer:
        script = answer.read()
    return f"**tracker**: {len(script):,} bytes, {len(gzip.compress(script)):,} compressed."
