import json
import logging
import sys
from pathlib import Path

import pytest

from components.local.errors import LocalError
from components.local.home import Home
from operations import __main__ as commands


def test_outputs_are_replaced_whole(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.write_outputs({"apiUrl": "one"})
    with home.outputs_file.open() as before:
        home.write_outputs({"apiUrl": "two"})
        assert json.load(before) == {"apiUrl": "one"}
    assert home.read_outputs("make local") == {"apiUrl": "two"}
    assert [file.name for file in tmp_path.iterdir()] == ["outputs.json"]


def test_missing_outputs_are_reported_with_the_command(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="run `make local`"):
        Home(tmp_path).read_outputs("make local")


@pytest.mark.parametrize("content", ["", '{"apiUrl": "http://127', "null of nothing"])
def test_damaged_outputs_are_reported(tmp_path: Path, content: str) -> None:
    home = Home(tmp_path)
    home.outputs_file.write_text(content)
    with pytest.raises(LocalError, match="outputs.json is not JSON .*: run `make local`, which writes it"):
        home.read_outputs("make local")


def test_a_full_disk_is_reported_and_preserves_the_outputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path)
    home.write_outputs({"apiUrl": "one"})
    (tmp_path / "outputs.new").symlink_to("/dev/full")
    monkeypatch.setattr("local.up.up", lambda _, home: home.write_outputs({"apiUrl": "two"}))
    monkeypatch.setattr("components.local.commands.remove_aws_variables", lambda _: False)
    monkeypatch.setattr(sys, "argv", ["operations", "--home", str(tmp_path), "local"])
    try:
        with pytest.raises(SystemExit, match=r"error: the disk is full \(.*\): free some space, and run this again"):
            commands.main()
    finally:
        logging.disable(logging.NOTSET)
    assert home.read_outputs("make local") == {"apiUrl": "one"}
