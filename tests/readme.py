"""The worked example of the README, "Add a handler"."""

import re

from tests.recording import ROOT

FILE = re.compile(r"^`(?P<path>rust/functions/hello/\S+)`.*?^```\w+\n(?P<content>.*?)^```", re.DOTALL | re.MULTILINE)
PYTHON = re.compile(r"^In `__main__.py`.*?^```python\n(?P<content>.*?)^```", re.DOTALL | re.MULTILINE)


def handler_files() -> dict[str, str]:
    """Return the content of each file that is shown, by its path."""
    return {file["path"]: file["content"] for file in FILE.finditer((ROOT / "README.md").read_text())}


def handler_lines() -> str:
    """Return the lines for the program."""
    lines = PYTHON.search((ROOT / "README.md").read_text())
    assert lines is not None
    return lines["content"].strip()
