"""The smoke calls of a deployment, on the running system."""

from pipeline.smoke import probes, smoke
from tests.emulator.conftest import Local
from tests.recording import ROOT


def test_a_system_that_works_passes_and_every_route_is_called(local: Local) -> None:
    sent = probes(ROOT, local.outputs)
    assert len(sent) == len(local.outputs["routes"])
    assert smoke(local.outputs["apiUrl"], sent) == []
