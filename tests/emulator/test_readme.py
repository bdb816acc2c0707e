"""The worked example of the README."""

import json
import shutil
from pathlib import Path

import pytest

from benchmarks.edits import NOT_SOURCES
from pipeline.http_client import request
from tests.emulator.conftest import Local
from tests.recording import ROOT


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the program."""
    copy = shutil.copytree(ROOT, tmp_path / "program", ignore=NOT_SOURCES)
    (copy / ".venv").symlink_to(ROOT / ".venv")
    return copy


def test_a_handler_can_be_added_as_in_the_readme(local: Local, checkout: Path) -> None:
    added = local.run("new-handler", "hello", "POST /hello", root=checkout)
    assert added.returncode == 0, added.stderr
    try:
        ran = local.run("local", root=checkout, environment={"CARGO_TARGET_DIR": str(ROOT / "rust" / "target")})
        assert ran.returncode == 0, ran.stderr
        assert "POST /hello 200" in ran.stdout
        assert '{"hello":"Ada"}' in ran.stdout
        reply = request("POST", f"{local.outputs['apiUrl']}/hello", b"Grace", {"content-type": "text/plain"})
        assert json.loads(reply.body) == {"hello": "Grace"}
    finally:
        restored = local.run("local")
    assert restored.returncode == 0, restored.stderr
