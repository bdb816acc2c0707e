import importlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pulumi
import pytest
from rules import violations

from operations.library_page import FILE, library_page
from tests.recording import ROOT, Recording, record

EXAMPLE = re.compile(r"^```python\n(?P<code>.*?)^```", re.DOTALL | re.MULTILINE)
ALL = [match["code"] for match in EXAMPLE.finditer((ROOT / FILE).read_text())]
EXAMPLES = [code for code in ALL if "set_mocks" not in code]
(UNIT_TEST,) = [code for code in ALL if "set_mocks" in code]


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
def test_every_example_runs_and_violates_no_rule(code: str) -> None:
    recording = run(code)
    assert recording.of_type("aws:lambda/function:Function") or "ExistingFunction" in code
    broken = [
        (resource.name, problem)
        for resource in recording.resources
        for _, problem in violations(resource.typ, resource.name, resource.inputs)
    ]
    assert broken == []


@pytest.mark.usefixtures("elsewhere")
def test_the_unit_test_passes_without_credentials(tmp_path: Path) -> None:
    (tmp_path / "test_program.py").write_text(UNIT_TEST)
    (tmp_path / "rust_serverless").symlink_to(ROOT / "components")
    # With the account of the mocks, as programs return that use it themselves.
    account = UNIT_TEST.replace("return {}", 'return {"accountId": "123456789012", "region": "eu-west-1"}')
    (tmp_path / "test_account.py").write_text(account)
    variables = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true"}
    for file in ("test_program.py", "test_account.py"):
        tests = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "--rootdir", str(tmp_path), file],
            env=variables,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "1 passed" in tests.stdout, tests.stdout


def test_every_component_has_an_example() -> None:
    library = importlib.import_module("components")
    components = [name for name in library.__all__ if is_component(getattr(library, name))]
    assert len(components) > 15
    for name in components:
        assert any(f"{name}(" in code for code in EXAMPLES), name


def is_component(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, pulumi.ComponentResource)


def test_the_reference_matches_the_docstrings() -> None:
    assert (ROOT / FILE).read_text() == library_page(ROOT), "run make check FIX=1"


def test_every_argument_is_in_the_reference() -> None:
    page = (ROOT / FILE).read_text()
    library = importlib.import_module("components")
    for name in library.__all__:
        if name.endswith("Args"):
            assert f"### `{name}`" in page
            for argument in getattr(library, name).__annotations__:
                assert f"**`{argument}`**" in page, (name, argument)
