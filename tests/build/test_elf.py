import subprocess
from pathlib import Path

import pytest

from components.architecture import Architecture, host_architecture
from components.build import elf
from components.build.plan import BuildError

HOST = host_architecture()
OTHER = next(architecture for architecture in Architecture if architecture is not HOST)


@pytest.fixture(scope="module")
def ordinary_executable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program from plain rustc; on Linux it links libgcc_s, which Lambda's image is not promised to have."""
    folder = tmp_path_factory.mktemp("elf")
    (folder / "main.rs").write_text("fn main() {}")
    subprocess.run(["rustc", "main.rs"], cwd=folder, check=True)
    return folder / "main"


def test_a_library_that_lambda_does_not_have_is_named(ordinary_executable: Path) -> None:
    with pytest.raises(BuildError, match=r"echo would not start on Lambda: it links libgcc_s\.so\.1"):
        elf.check_executable("echo", ordinary_executable, HOST)


def test_another_architecture_is_refused(ordinary_executable: Path) -> None:
    with pytest.raises(BuildError, match=f"the function runs on {OTHER}"):
        elf.check_executable("echo", ordinary_executable, OTHER)


def test_a_newer_glibc_than_that_of_amazon_linux_is_refused(
    ordinary_executable: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elf, "LAMBDA_GLIBC", (2, 2))
    with pytest.raises(BuildError, match=r"it needs glibc 2\.\d+, Amazon Linux 2023 has 2\.2"):
        elf.check_executable("echo", ordinary_executable, HOST)


def test_an_executable_of_glibc_alone_passes(ordinary_executable: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elf, "GLIBC_LIBRARIES", {*elf.GLIBC_LIBRARIES, "libgcc_s.so.1"})
    monkeypatch.setattr(elf, "LAMBDA_GLIBC", (2, 99))
    elf.check_executable("echo", ordinary_executable, HOST)


def test_what_is_no_executable_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bootstrap").write_text("#!/bin/sh\n")
    with pytest.raises(BuildError, match="not an ELF executable"):
        elf.check_executable("echo", tmp_path / "bootstrap", HOST)
