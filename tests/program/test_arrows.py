"""Conventions of the source: imports as in docs/architecture.md, names that the SDK owns, and targets with tests."""

import ast
import tomllib
from pathlib import Path

import pytest

from tests.recording import ROOT

ALLOWED = {
    "components": set(),
    "services": {"components"},
    "local": {"components", "pipeline", "services"},
    "pipeline": {"components"},
    "bootstrap": {"components", "config_rules"},
    "operations": {"benchmarks", "components", "local", "pipeline", "services", "settings"},
    "benchmarks": {"components", "local", "pipeline"},
    "policies": set(),
    "__main__.py": {"components", "services", "settings"},
    "settings.py": {"components", "config_rules", "services"},
    "config_rules.py": {"components", "services"},
}
"""Folders and modules that each may import."""
OURS = {*(name.removesuffix(".py") for name in ALLOWED), "tests"}


def imported(file: Path) -> set[str]:
    """Return the folders and modules of this repository that a file imports from outside its own folder."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return (names & OURS) - {file.relative_to(ROOT).parts[0]}


@pytest.mark.parametrize("place", sorted(ALLOWED))
def test_imports_go_one_way(place: str) -> None:
    files = [ROOT / place] if place.endswith(".py") else sorted((ROOT / place).rglob("*.py"))
    assert files
    forbidden = {str(file.relative_to(ROOT)): imported(file) - ALLOWED[place] for file in files}
    assert {file: names for file, names in forbidden.items() if names} == {}


def test_the_library_imports_itself_relatively() -> None:
    """The wheel has another package name."""
    for file in (ROOT / "components").rglob("*.py"):
        assert "from components" not in file.read_text(), file


def test_the_build_imports_no_pulumi() -> None:
    for file in (ROOT / "components" / "build").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import | ast.ImportFrom):
                assert "pulumi" not in ast.unparse(node), file


@pytest.mark.parametrize("folder", ["bootstrap", "components", "services"])
def test_no_resource_overwrites_a_private_attribute_of_the_sdk(folder: str) -> None:
    """`pulumi_resource_name` is the public name of `_name`."""
    for file in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ClassDef) and "ComponentResource" in ast.unparse(node):
                assert "self._name =" not in ast.unparse(node), file


def untested_sources(manifest: Path) -> set[Path]:
    """Return the sources of the targets that `cargo test` skips. Modules belong to the library, if there is one."""
    package, folder = tomllib.loads(manifest.read_text()), manifest.parent
    binaries = {
        folder / binary.get("path", "src/main.rs"): binary.get("test", True) for binary in package.get("bin", [])
    }
    library = (folder / "src/lib.rs").exists()
    modules_are_tested = package.get("lib", {}).get("test", True) if library else all(binaries.values())
    modules = set() if modules_are_tested else {*folder.glob("src/**/*.rs")} - binaries.keys()
    return modules | {path for path, is_tested in binaries.items() if not is_tested}


@pytest.mark.parametrize("manifest", sorted(ROOT.glob("rust/*/*/Cargo.toml")), ids=lambda path: path.parent.name)
def test_a_target_without_a_test_executable_has_no_tests(manifest: Path) -> None:
    assert [path for path in untested_sources(manifest) if "#[test]" in path.read_text()] == []
