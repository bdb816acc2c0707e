"""The outputs of a stack, and the smoke tests of a deployment."""

from pipeline.samples import sample_requests
from pipeline.smoke import smoke
from tests.emulator.conftest import Local
from tests.recording import ROOT


def test_every_url_is_printed_by_name(local: Local) -> None:
    printed = local.run("outputs").stdout
    for name, url in local.outputs["urls"].items():
        assert f"{name} " in printed
        assert f" {url}\n" in printed


def test_the_smoke_tests_call_every_route(local: Local) -> None:
    sent = sample_requests(ROOT, local.outputs)
    assert len(sent) == len(local.outputs["routes"])
    assert smoke(local.outputs["apiUrl"], sent) == []
