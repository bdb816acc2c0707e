import subprocess
import zipfile
from pathlib import Path

from pipeline.http_client import request
from tests.package.conftest import Outsider
from tests.recording import ROOT

FIFTEEN_LINES = (ROOT / "examples/python/__main__.py").read_text()


def test_a_lone_crate_is_a_url_in_fifteen_lines(outsider: Outsider) -> None:
    url = outsider.up(FIFTEEN_LINES)["url"]
    assert request("GET", f"{url}/hello").body == b"hello"
    assert request("POST", f"{url}/anything", b"{}").body == b"hello"


def test_a_second_run_changes_nothing(outsider: Outsider) -> None:
    first = outsider.up(FIFTEEN_LINES)
    assert outsider.up(FIFTEEN_LINES) == first


def test_a_function_is_invoked_by_its_name(outsider: Outsider) -> None:
    outsider.up(FIFTEEN_LINES)
    invoked = outsider.run("rust-serverless", "local", "invoke", "hello", "{}")
    assert '"body": "hello"' in invoked.stdout, invoked.stderr
    refused = outsider.run("rust-serverless", "local", "invoke", "nobody", "{}")
    assert "there is no function 'nobody'" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_environment_has_its_own_copy(outsider: Outsider) -> None:
    code = "import rust_serverless; print(rust_serverless.__file__)"
    found = outsider.run("python", "-c", code).stdout.strip()
    assert Path(found).is_relative_to(outsider.root / "venv")


def test_the_build_needs_no_pulumi(outsider: Outsider) -> None:
    code = "import sys, rust_serverless.build.__main__; print([name for name in sys.modules if 'pulumi' in name])"
    assert outsider.run("python", "-c", code).stdout.strip() == "[]"


def test_every_exported_name_is_there_and_typed(outsider: Outsider, wheel: Path) -> None:
    code = "import rust_serverless as r; print(all(getattr(r, name) for name in r.__all__))"
    assert outsider.run("python", "-c", code).stdout.strip() == "True"
    assert "rust_serverless/py.typed" in zipfile.ZipFile(wheel).namelist()


def test_the_wheel_has_the_library_and_nothing_of_this_program(wheel: Path) -> None:
    tracked = subprocess.run(["git", "ls-files", "components"], cwd=ROOT, capture_output=True, text=True, check=True)
    modules = {name.removeprefix("components/") for name in tracked.stdout.split() if name.endswith(".py")}
    packed = {
        name.removeprefix("rust_serverless/") for name in zipfile.ZipFile(wheel).namelist() if name.endswith(".py")
    }
    assert packed == modules
