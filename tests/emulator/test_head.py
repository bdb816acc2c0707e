"""HEAD for every GET route, which link checkers, monitors and chat programs send first."""

import pytest

from pipeline.http_client import request
from tests.emulator.conftest import Local

PATHS = [
    "/glitch",
    "/docs",
    "/docs/swagger-ui.css",
    "/openapi.json",
    "/analytics",
    "/analytics/a.js",
    "/analytics/pv.gif",
    "/analytics/report",
    "/currencies",
    "/currencies/EUR",
]


@pytest.mark.parametrize("path", PATHS)
def test_head_matches_get_without_a_body(local: Local, path: str) -> None:
    url = f"{local.outputs['apiUrl']}{path}"
    got, head = request("GET", url), request("HEAD", url)
    if path == "/analytics/pv.gif":
        # A view without a site is rejected; a HEAD counts no view.
        assert (got.status, head.status) == (403, 200)
    else:
        assert head.status == got.status
    assert head.headers["content-type"] == got.headers["content-type"]
    assert head.body == b""


def test_every_get_route_is_tested(local: Local) -> None:
    routes = {route_key for route_key in local.outputs["routes"] if route_key.startswith("GET ")}
    assert len(routes) == len(PATHS)
