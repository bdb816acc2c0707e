"""The release build of the workspace."""

import pytest

from benchmarks.targets import TARGETS
from tests.emulator.conftest import Local
from tests.emulator.test_build import builder_of
from tests.recording import ROOT

LIMITS_MB = {target.subject.split(",")[0]: target.at_most for target, _ in TARGETS if target.what == "zip, MB"}


@pytest.mark.first
def test_every_release_build_is_within_its_size_limit(local: Local) -> None:
    builder = builder_of(ROOT, local, tuple(LIMITS_MB))
    # Another target folder, because builds in the same one wait for each other.
    built = builder.run({"CARGO_TARGET_DIR": str(ROOT / "rust" / "target" / "release-build")})
    assert built.returncode == 0, built.stderr
    stored = builder.stored()
    megabytes = {binary: len(stored[key]) / 1e6 for binary, key in builder.keys.items()}
    assert megabytes.keys() == LIMITS_MB.keys()
    assert {binary: size for binary, size in megabytes.items() if size > LIMITS_MB[binary]} == {}
