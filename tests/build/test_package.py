import io
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.build import package as packer
from components.build.plan import BuildError


@given(st.binary(max_size=4096), st.sampled_from(["release", "fast"]))
def test_the_zip_has_the_executable_that_lambda_requires(executable: bytes, profile: str) -> None:
    with zipfile.ZipFile(io.BytesIO(packer.package("echo", executable, {}, profile=profile))) as archive:
        (entry,) = archive.infolist()
        assert archive.read(entry) == executable
    assert entry.filename == "bootstrap"
    assert entry.external_attr >> 16 == 0o100755
    assert entry.date_time == (1980, 1, 1, 0, 0, 0)


@given(
    st.dictionaries(st.text(min_size=1, max_size=50).filter(str.isprintable), st.binary(max_size=500), max_size=9),
    st.sampled_from([packer.QUICK, packer.SMALLEST]),
)
def test_a_zip_holds_every_name_mode_and_content(files: dict[str, bytes], level: int) -> None:
    packed = packer.zipped(((name, 0o640, content) for name, content in files.items()), level)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        assert {entry.filename: archive.read(entry) for entry in archive.infolist()} == files
        assert {entry.external_attr >> 16 for entry in archive.infolist()} <= {0o100640}


def test_more_files_than_a_zip_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packer, "MOST_FILES", 2)
    files: dict[str, Any] = {"a": None, "b": None}
    with pytest.raises(BuildError, match="echo has 2 extra files, a zip holds 1 at most"):
        packer.package("echo", b"code", files, profile="release")


def test_packing_is_deterministic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = packer.package("echo", b"code", {}, profile="release")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    os.umask(os.umask(0o077))
    assert packer.package("echo", b"code", {}, profile="release") == first


def test_an_executable_over_the_limit_of_lambda_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packer, "UNZIPPED_LIMIT_BYTES", 3)
    with pytest.raises(BuildError, match="echo is 4 bytes or more, Lambda takes at most 3 unzipped"):
        packer.package("echo", b"code", {}, profile="release")
