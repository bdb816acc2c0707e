import importlib
import json
import sys
from pathlib import Path

import pytest

from components.local.stack import _forget_program


def test_a_redeployment_imports_the_program_s_current_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop_routes.py").write_text("PATH = '/before'\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert importlib.import_module("shop_routes").PATH == "/before"
    (tmp_path / "shop_routes.py").write_text("PATH = '/afterwards'\n")
    _forget_program(tmp_path)
    assert importlib.import_module("shop_routes").PATH == "/afterwards"
    del sys.modules["shop_routes"]


def test_a_module_of_the_program_replaces_another_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("tool", "program"):
        (tmp_path / folder / "shop_parts").mkdir(parents=True)
        (tmp_path / folder / "shop_parts/__init__.py").write_text(f"OF = '{folder}'\n")
    monkeypatch.syspath_prepend(str(tmp_path / "tool"))
    assert importlib.import_module("shop_parts").OF == "tool"
    monkeypatch.syspath_prepend(str(tmp_path / "program"))
    _forget_program(tmp_path / "program")
    assert importlib.import_module("shop_parts").OF == "program"
    del sys.modules["shop_parts"]


def test_modules_named_like_a_folder_of_the_program_remain(tmp_path: Path) -> None:
    (tmp_path / "json").mkdir()
    _forget_program(tmp_path)
    assert sys.modules["json"] is json
