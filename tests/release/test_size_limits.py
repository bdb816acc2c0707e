"""The release build of the workspace."""

from benchmarks.targets import TARGETS
from components.architecture import host_architecture
from components.build.plan import BuildSettings
from tests.build.projects import Project
from tests.recording import ROOT

LIMITS_MB = {target.subject.split(",")[0]: target.at_most for target, _ in TARGETS if target.metric == "zip, MB"}


def test_every_zip_is_within_its_size_limit() -> None:
    release = Project(
        folder=ROOT,
        target=ROOT / "rust" / "target",
        settings=BuildSettings(architecture=host_architecture(), profile="release"),
        binaries=tuple(LIMITS_MB),
    )
    megabytes = {binary: len(content) / 1e6 for binary, content in release.zips().items()}
    assert megabytes.keys() == LIMITS_MB.keys()
    assert {binary: size for binary, size in megabytes.items() if size > LIMITS_MB[binary]} == {}
