"""Checks that an executable can start on Lambda."""

from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection

from ..architecture import Architecture
from .plan import BuildError

LAMBDA_GLIBC = (2, 34)
"""glibc of Amazon Linux 2023, https://docs.aws.amazon.com/linux/al2023/ug/compare-with-al2.html."""

GLIBC_LIBRARIES = frozenset(
    f"{name}.so.{version}"
    for name, version in (("libc", 6), ("libm", 6), ("libdl", 2), ("libpthread", 0), ("librt", 1), ("libutil", 1))
) | {"ld-linux-aarch64.so.1", "ld-linux-x86-64.so.2"}
"""Shared libraries in the runtime's image."""

MACHINES = {Architecture.ARM64: "EM_AARCH64", Architecture.X86_64: "EM_X86_64"}


def check_executable(binary: str, path: Path, architecture: Architecture) -> None:
    """Check that Lambda can run the executable.

    Raises:
        BuildError: with every reason why it cannot.
    """
    try:
        with path.open("rb") as file:
            problems = _problems(ELFFile(file), architecture)
    except ELFError:
        problems = ["it is not an ELF executable: build it for Linux"]
    if problems:
        raise BuildError("\n".join(f"{binary} would not start on Lambda: {problem}" for problem in problems))


def _problems(elf: ELFFile, architecture: Architecture) -> list[str]:
    problems = []
    if elf["e_machine"] != MACHINES[architecture]:
        problems.append(f"it is built for {elf['e_machine']}, the function runs on {architecture}")
    foreign = sorted(_linked_libraries(elf) - GLIBC_LIBRARIES)
    if foreign:
        problems.append(
            f"it links {', '.join(foreign)}, which Lambda does not have: find the crate with `cargo tree -i`, "
            "and use its pure-Rust or vendored feature"
        )
    too_new = [version for version in sorted(_glibc_versions(elf)) if version > LAMBDA_GLIBC]
    if too_new:
        needed, has = (".".join(map(str, version)) for version in (too_new[-1], LAMBDA_GLIBC))
        problems.append(f"it needs glibc {needed}, Amazon Linux 2023 has {has}: build it with cargo-lambda")
    return problems


def _linked_libraries(elf: ELFFile) -> set[str]:
    dynamic = elf.get_section_by_name(".dynamic")
    if not isinstance(dynamic, DynamicSection):
        return set()
    # pyelftools sets the attribute by the tag's name.
    return {tag.needed for tag in dynamic.iter_tags("DT_NEEDED")}  # type: ignore[attr-defined]


def _glibc_versions(elf: ELFFile) -> set[tuple[int, ...]]:
    needs = elf.get_section_by_name(".gnu.version_r")
    if not isinstance(needs, GNUVerNeedSection):
        return set()
    names = [auxiliary.name for _, auxiliaries in needs.iter_versions() for auxiliary in auxiliaries]
    numbers = [name.removeprefix("GLIBC_") for name in names if name.startswith("GLIBC_")]
    return {tuple(int(part) for part in number.split(".")) for number in numbers if number[0].isdigit()}
