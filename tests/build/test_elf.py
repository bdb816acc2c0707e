import subprocess
import sys
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


@pytest.mark.parametrize("architecture", Architecture)
def test_an_executable_is_accepted_for_its_own_architecture_only(tmp_path: Path, architecture: Architecture) -> None:
    """The compiler is the one that cargo-lambda links with; it needs no Rust target."""
    (tmp_path / "main.c").write_text("int main(void) { return 0; }")
    target = f"{architecture.rust_target.partition('-')[0]}-linux-gnu.2.34"
    command = [sys.executable, "-m", "ziglang", "cc", "-target", target, "main.c", "-o", "main"]
    subprocess.run(command, cwd=tmp_path, check=True)
    elf.check_executable("echo", tmp_path / "main", architecture)
    (other,) = set(Architecture) - {architecture}
    with pytest.raises(BuildError, match=f"it is built for .*, the function runs on {other}"):
        elf.check_executable("echo", tmp_path / "main", other)


def test_a_file_that_is_not_an_executable_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bootstrap").write_text("#!/bin/sh\n")
    with pytest.raises(BuildError, match="not an ELF executable"):
        elf.check_executable("echo", tmp_path / "bootstrap", HOST)
