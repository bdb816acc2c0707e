from pathlib import Path

import pytest

from tests.build.projects import WORKSPACE, Project


@pytest.fixture(scope="session")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A target folder that all projects share, as checkouts of a project may."""
    return tmp_path_factory.mktemp("target")


@pytest.fixture
def empty(tmp_path: Path, target: Path) -> Project:
    """A program's folder with nothing in it."""
    folder = tmp_path / "program"
    folder.mkdir()
    return Project(folder, target)


@pytest.fixture
def project(empty: Project) -> Project:
    """A small workspace."""
    empty.write(WORKSPACE)
    return empty
