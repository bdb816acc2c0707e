"""What a stack says of itself, and the smoke calls of a deployment."""

from pipeline.samples import sample_requests
from pipeline.smoke import smoke
from tests.emulator.conftest import Local
from tests.recording import ROOT


def test_every_url_is_printed_whole_by_its_name(local: Local) -> None:
    printed = local.run("outputs").stdout
    for name, url in local.outputs["urls"].items():
        assert f"{name} " in printed
        assert f" {url}\n" in printed


def test_a_system_that_works_passes_and_every_route_is_called(local: Local) -> None:
    sent = sample_requests(ROOT, local.outputs)
    assert len(sent) == len(local.outputs["routes"])
    assert smoke(local.outputs["apiUrl"], sent) == []
