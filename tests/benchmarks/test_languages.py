"""Tests of the peers' requirements and archives."""

import os
from pathlib import Path

import pytest

from benchmarks import quota
from benchmarks.languages import javascript
from benchmarks.languages.language import UnavailableError, zipped_bytes
from benchmarks.quota import cpu_quota


def test_missing_tools_are_reported_with_their_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(UnavailableError, match=r"apt-get install nodejs npm .*libtool"):
        javascript.find_tools(lambda _: None)


def test_bytecode_is_not_packed(tmp_path: Path) -> None:
    package = tmp_path / "package"
    (package / "__pycache__").mkdir(parents=True)
    (package / "module.py").write_text("print()\n")
    without = zipped_bytes([package])
    (package / "__pycache__" / "module.pyc").write_bytes(os.urandom(10_000))
    assert zipped_bytes([package]) == without


def test_without_control_groups_there_is_no_quota_and_no_leftover(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quota, "ROOT", tmp_path)
    with cpu_quota() as limit:
        assert limit is None
    assert list(tmp_path.iterdir()) == []
