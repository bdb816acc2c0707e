import json
import shutil
from pathlib import Path

import pytest

from operations.cli import OperationError
from operations.new_handler import new_handler
from tests.readme import handler_files, handler_lines
from tests.recording import ROOT


def copied(folder: Path) -> Path:
    """Copy the program and its Cargo workspace, without build output."""
    shutil.copytree(ROOT / "rust", folder / "rust", ignore=shutil.ignore_patterns("target"))
    shutil.copy(ROOT / "__main__.py", folder)
    return folder


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return copied(tmp_path)


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout that no test changes."""
    return copied(tmp_path_factory.mktemp("unchanged"))


def test_the_files_are_those_of_the_readme(checkout: Path) -> None:
    new_handler(checkout, "hello", "POST /hello")
    for path, content in handler_files().items():
        assert (checkout / path).read_text() == content
    program = (checkout / "__main__.py").read_text()
    assert f"{handler_lines()}\nfunctions = (hello, echo," in program
    assert 'name = "hello"' in (checkout / "rust/Cargo.lock").read_text()


def test_hyphens_in_names_and_parameters_in_paths_work(checkout: Path) -> None:
    new_handler(checkout, "order-status", "GET /orders/{orderId}")
    program = (checkout / "__main__.py").read_text()
    assert 'api.route("GET /orders/{orderId}", order_status)' in program
    event = json.loads((checkout / "rust/functions/order-status/events/http.json").read_text())
    assert event["routeKey"] == "GET /orders/{orderId}"
    assert event["rawPath"] == "/orders/sample"


@pytest.mark.parametrize(
    ("name", "route", "message"),
    [
        ("Hello", "POST /hello", "'Hello' is not a valid name of a handler"),
        ("../hello", "POST /hello", "is not a valid name of a handler"),
        ("hello", "/hello", "'/hello' is not a route: write a method and a path, such as ROUTE='POST /hello'"),
        ("hello", "HEAD /hello", "'HEAD /hello' is not a route"),
        ("echo", "POST /hello", "rust/functions/echo already exists"),
        ("api", "POST /hello", "api is a name in __main__.py, or a keyword of Python: choose another NAME"),
        ("class", "POST /hello", "class is a name in __main__.py, or a keyword of Python"),
        ("print", "POST /echo", "POST /echo is a route of echo: choose another ROUTE"),
        ("print", "GET /currencies", "GET /currencies is a route of currencies"),
    ],
)
def test_invalid_names_and_routes_are_refused_without_writing(
    unchanged: Path, name: str, route: str, message: str
) -> None:
    before = {path: path.stat().st_mtime_ns for path in unchanged.rglob("*")}
    with pytest.raises(OperationError, match=message):
        new_handler(unchanged, name, route)
    assert {path: path.stat().st_mtime_ns for path in unchanged.rglob("*")} == before


def test_a_crate_that_cargo_cannot_read_is_not_left_behind(checkout: Path) -> None:
    (checkout / "rust/Cargo.lock").write_text("damaged")
    before = {path: path.read_bytes() for path in checkout.rglob("*") if path.is_file()}
    with pytest.raises(OperationError, match="cargo cannot read the new crate, so nothing was written"):
        new_handler(checkout, "hello", "POST /hello")
    assert {path: path.read_bytes() for path in checkout.rglob("*") if path.is_file()} == before
