import dataclasses
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.cargo_workspace import WorkspaceError, read_workspace
from components.source_digest import DIGEST_LENGTH, BuildSettings, source_digests
from tests.workspaces import FILES, write_workspace

BUILD = BuildSettings(architecture="arm64", profile="release", packer_version="1")


def digests(root: Path, build: BuildSettings = BUILD) -> dict[str, str]:
    return source_digests(read_workspace(root), build)


def changed_by(root: Path, name: str, content: str) -> set[str]:
    """Write a file and return the binaries whose digest it changes."""
    before = digests(root)
    write_workspace(root, {name: content})
    after = digests(root)
    return {binary for binary in before if before[binary] != after[binary]}


def replaced(name: str, old: str, new: str) -> tuple[str, str]:
    assert old in FILES[name]
    return name, FILES[name].replace(old, new)


def test_a_digest_is_hexadecimal_text_for_each_binary(tmp_path: Path) -> None:
    found = digests(write_workspace(tmp_path))
    assert sorted(found) == ["alone", "hello"]
    assert all(len(digest) == DIGEST_LENGTH and int(digest, 16) for digest in found.values())


def test_two_folders_with_the_same_sources_agree(tmp_path: Path) -> None:
    assert digests(write_workspace(tmp_path / "a")) == digests(write_workspace(tmp_path / "b/c d/ü"))


@settings(max_examples=20, deadline=None)
@given(order=st.permutations(list(FILES)), times=st.lists(st.integers(0, 2**31), min_size=len(FILES)))
def test_neither_times_nor_the_order_of_creation_matter(
    tmp_path_factory: pytest.TempPathFactory, order: list[str], times: list[int]
) -> None:
    plain = write_workspace(tmp_path_factory.mktemp("plain"))
    shuffled = write_workspace(tmp_path_factory.mktemp("shuffled"), {name: FILES[name] for name in order})
    for name, seconds in zip(order, times, strict=False):
        os.utime(shuffled / name, (seconds, seconds))
    assert digests(plain) == digests(shuffled)


def test_line_endings_of_another_system_do_not_matter(tmp_path: Path) -> None:
    windows = {name: content.replace("\n", "\r\n") for name, content in FILES.items()}
    assert digests(write_workspace(tmp_path / "unix")) == digests(write_workspace(tmp_path / "windows", windows))


def test_build_output_and_ignored_files_do_not_matter(tmp_path: Path) -> None:
    write_workspace(tmp_path)
    assert changed_by(tmp_path, "target/release/hello", "binary") == set()
    assert changed_by(tmp_path, "functions/hello/src/.main.rs.swp", "an editor's") == set()


@pytest.mark.parametrize(
    ("change", "affected"),
    [
        (("functions/alone/src/main.rs", "fn main() { println!() }\n"), {"alone"}),
        (("functions/hello/src/handler.rs", "// a new file\n"), {"hello"}),
        (("functions/hello/templates/page.html", "<p>good day</p>\n"), {"hello"}),
        (("crates/greeting/src/lib.rs", "pub fn greet() { println!() }\n"), {"hello"}),
        (("crates/unused/Cargo.toml", '[package]\nname = "unused"\n'), set()),
        (("rust-toolchain.toml", '[toolchain]\nchannel = "1.96.0"\n'), {"alone", "hello"}),
        (("rust-toolchain", "1.96.0"), {"alone", "hello"}),
        ((".cargo/config.toml", "[net]\nretry = 4\n"), {"alone", "hello"}),
        (("Cargo.toml", FILES["Cargo.toml"] + "\n[profile.release]\nlto = true\n"), {"alone", "hello"}),
        (replaced("Cargo.lock", "itoa-checksum", "other"), {"alone"}),
        (replaced("Cargo.lock", "serde-core-checksum", "other"), {"hello"}),
        (replaced("Cargo.lock", "proptest-checksum", "other"), set()),
        (("README.md", "not in a crate\n"), set()),
    ],
)
def test_a_change_moves_the_digests_of_the_binaries_it_can_change_and_no_other(
    tmp_path: Path, change: tuple[str, str], affected: set[str]
) -> None:
    write_workspace(tmp_path)
    if change[0] == "crates/unused/Cargo.toml":
        lock = FILES["Cargo.lock"] + '\n[[package]]\nname = "unused"\nversion = "0.1.0"\n'
        write_workspace(tmp_path, {"Cargo.lock": lock})
    assert changed_by(tmp_path, *change) == affected


def test_a_file_that_goes_or_is_renamed_is_noticed(tmp_path: Path) -> None:
    write_workspace(tmp_path)
    first = digests(tmp_path)
    page = tmp_path / "functions/hello/templates/page.html"
    page.rename(page.with_name("other.html"))
    second = digests(tmp_path)
    page.with_name("other.html").unlink()
    third = digests(tmp_path)
    assert len({first["hello"], second["hello"], third["hello"]}) == 3
    assert first["alone"] == third["alone"]


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(BuildSettings)])
def test_each_build_setting_is_part_of_every_digest(tmp_path: Path, field: str) -> None:
    write_workspace(tmp_path)
    before, after = digests(tmp_path), digests(tmp_path, dataclasses.replace(BUILD, **{field: "other"}))
    assert not set(before.values()) & set(after.values())


@pytest.mark.parametrize(
    ("lock", "message"),
    [(None, "cargo generate-lockfile"), ("version = 4\n", "Cargo.lock has no package"), ("[", "not valid TOML")],
)
def test_a_lock_that_does_not_fit_is_an_error_with_a_remedy(tmp_path: Path, lock: str | None, message: str) -> None:
    write_workspace(tmp_path)
    (tmp_path / "Cargo.lock").unlink()
    if lock is not None:
        write_workspace(tmp_path, {"Cargo.lock": lock})
    with pytest.raises(WorkspaceError, match=message):
        digests(tmp_path)
