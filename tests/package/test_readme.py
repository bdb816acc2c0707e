import importlib
import re
import shutil
import sys
from pathlib import Path

import pulumi
import pytest
from rules import violations

from operations.library_page import FILE, library_page
from tests.recording import ROOT, Recording, record

EXAMPLE = re.compile(r"^```python\n(?P<code>.*?)^```", re.DOTALL | re.MULTILINE)
EXAMPLES = [match["code"] for match in EXAMPLE.finditer((ROOT / FILE).read_text())]


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program's folder with a crate, and the library under the name of its package."""
    shutil.copytree(ROOT / "starter" / "rust", tmp_path / "services" / "api")
    (tmp_path / "services/api/templates").mkdir()
    (tmp_path / "services/api/templates/hello.html").write_text("<p>hello</p>")
    monkeypatch.chdir(tmp_path)
    library = importlib.import_module("components")
    monkeypatch.setitem(sys.modules, "rust_serverless", library)


def run(code: str) -> Recording:
    return record(lambda: exec(code, {"__name__": "__main__"}))  # noqa: S102 (the README's own example)


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("code", EXAMPLES)
def test_every_example_runs_and_keeps_the_rules(code: str) -> None:
    recording = run(code)
    assert recording.of_type("aws:lambda/function:Function") or "ExistingFunction" in code
    broken = [
        (resource.name, problem)
        for resource in recording.resources
        for _, problem in violations(resource.typ, resource.name, resource.inputs)
    ]
    assert broken == []


def test_every_component_has_an_example() -> None:
    library = importlib.import_module("components")
    components = [name for name in library.__all__ if is_component(getattr(library, name))]
    assert len(components) > 15
    for name in components:
        assert any(f"{name}(" in code for code in EXAMPLES), name


def is_component(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, pulumi.ComponentResource)


def test_the_reference_is_what_the_docstrings_say() -> None:
    assert (ROOT / FILE).read_text() == library_page(ROOT), "run make check FIX=1"


def test_every_argument_is_in_the_reference() -> None:
    page = (ROOT / FILE).read_text()
    library = importlib.import_module("components")
    for name in library.__all__:
        if name.endswith("Args"):
            assert f"### `{name}`" in page
            for argument in getattr(library, name).__annotations__:
                assert f"**`{argument}`**" in page, (name, argument)
