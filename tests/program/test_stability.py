"""Tests that inputs depend on the sources only, and that an edit changes only what it must."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from benchmarks.edits import NOT_SOURCES
from tests.recording import ROOT, record_program


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the program in another folder, as a fresh clone has it."""
    return shutil.copytree(ROOT, tmp_path_factory.mktemp("checkout") / "elsewhere", ignore=NOT_SOURCES)


@pytest.fixture(scope="module")
def before(checkout: Path) -> dict[str, Mapping[str, Any]]:
    """The inputs of the resources before the copy is changed."""
    return inputs(checkout)


def inputs(root: Path) -> dict[str, Mapping[str, Any]]:
    recording, _ = record_program("dev", root=root)
    return {f"{resource.typ} {resource.name}": resource.inputs for resource in recording.resources}


def differences(before: dict[str, Mapping[str, Any]], after: dict[str, Mapping[str, Any]]) -> dict[str, set[str]]:
    """Return the names of the changed inputs of each changed resource."""
    assert before.keys() == after.keys()
    changed = {
        resource: {
            name
            for name in {*before[resource], *after[resource]}
            if before[resource].get(name) != after[resource].get(name)
        }
        for resource in before
    }
    return {resource: names for resource, names in changed.items() if names}


def test_another_folder_changes_nothing(before: dict[str, Mapping[str, Any]]) -> None:
    assert before == inputs(ROOT)


def test_a_second_run_changes_nothing_nor_does_build_output(
    checkout: Path, before: dict[str, Mapping[str, Any]]
) -> None:
    (checkout / "rust/target/release").mkdir(parents=True)
    (checkout / "rust/target/release/echo").write_bytes(b"\x7fELF")
    assert inputs(checkout) == before


def test_an_edit_of_glitch_changes_only_its_code_and_build(
    checkout: Path, before: dict[str, Mapping[str, Any]]
) -> None:
    source = checkout / "rust/functions/glitch/src/main.rs"
    source.write_text(source.read_text() + "// edited\n")
    assert differences(before, inputs(checkout)) == {
        "aws:lambda/function:Function glitch-function": {"s3Key"},
        "command:local:Command rust-build": {"environment"},
    }
