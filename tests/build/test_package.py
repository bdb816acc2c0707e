import io
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.build import package as packer
from components.build.plan import BuildError


@given(st.binary(max_size=4096))
def test_the_zip_holds_the_executable_as_lambda_wants_it(executable: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(packer.package("echo", executable, {}))) as archive:
        (entry,) = archive.infolist()
        assert archive.read(entry) == executable
    assert entry.filename == "bootstrap"
    assert entry.external_attr >> 16 == 0o100755
    assert entry.date_time == (1980, 1, 1, 0, 0, 0)


def test_packing_is_deterministic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = packer.package("echo", b"code", {})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    os.umask(os.umask(0o077))
    assert packer.package("echo", b"code", {}) == first


def test_an_executable_over_the_limit_of_lambda_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packer, "UNZIPPED_LIMIT_BYTES", 3)
    with pytest.raises(BuildError, match="echo is 4 bytes or more, Lambda takes at most 3 unzipped"):
        packer.package("echo", b"code", {})
