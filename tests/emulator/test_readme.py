"""The worked example of the README, done as it says."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from benchmarks.edits import NOT_SOURCES
from tests.emulator.conftest import Local
from tests.emulator.http import post
from tests.recording import ROOT

FILE = re.compile(r"^`(?P<path>rust/functions/hello/\S+)`.*?^```\w+\n(?P<content>.*?)^```", re.DOTALL | re.MULTILINE)
PYTHON = re.compile(r"^In `__main__.py`.*?^```python\n(?P<content>.*?)^```", re.DOTALL | re.MULTILINE)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the program with a target folder of its own: folders that take turns in one rebuild everything."""
    copy = shutil.copytree(ROOT, tmp_path / "program", ignore=NOT_SOURCES)
    (copy / ".venv").symlink_to(ROOT / ".venv")
    return copy


def test_a_handler_can_be_added_as_the_readme_says(local: Local, checkout: Path) -> None:
    readme = (ROOT / "README.md").read_text()
    files = list(FILE.finditer(readme))
    assert [Path(file["path"]).name for file in files] == ["Cargo.toml", "main.rs", "http.json"]
    for file in files:
        path = checkout / file["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file["content"])
    lines = PYTHON.search(readme)
    assert lines is not None
    function, route = lines["content"].splitlines()
    program = checkout / "__main__.py"
    edited = program.read_text().replace("functions = (", f"{function}\n{route}\nfunctions = (")
    program.write_text(edited.replace("functions = (", "functions = (hello, "))
    subprocess.run(["cargo", "check", "--quiet", "--package", "hello"], cwd=checkout / "rust", check=True)

    try:
        ran = local.run("up", root=checkout)
        assert ran.returncode == 0, ran.stderr
        assert "POST /hello 200" in ran.stdout
        assert '{"hello":"Ada"}' in ran.stdout
        reply = post(f"{local.outputs['apiUrl']}/hello", b"Grace", {"content-type": "text/plain"})
        assert json.loads(reply.body) == {"hello": "Grace"}
    finally:
        restored = local.run("up")
    assert restored.returncode == 0, restored.stderr
