"""The edit loop: saved files are built and deployed."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.http_client import request
from tests.emulator.conftest import Local
from tests.recording import ROOT
from tests.small_program import PROGRAM, RUNTIME, write_program
from tests.waiting import PATIENCE_SECONDS, eventually


class Loop:
    """A running `make dev` and its output."""

    def __init__(self, root: Path, home: Path) -> None:
        """Start it."""
        self.root = root
        self.local = Local(home=home)
        self._output = home / "output"
        home.mkdir()
        command = [sys.executable, "-m", "operations", "--root", str(root), "--home", str(home), "dev"]
        with self._output.open("w") as output:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)

    @property
    def output(self) -> str:
        """The output so far."""
        return self._output.read_text()

    def save(self, name: str, content: str) -> None:
        """Save a file as some editors do, by renaming a new file."""
        written = self.root / f"{name}~"
        written.write_text(content)
        written.rename(self.root / name)

    def answer(self, path: str) -> str:
        """Return the current response of a route."""
        return request("GET", self.local.outputs["apiUrl"] + path).body.decode()

    def until(self, reached: Callable[[], bool]) -> None:
        """Wait until a condition holds."""

        def reached_or_ended() -> bool:
            return reached() or self.process.poll() is not None

        eventually(reached_or_ended, lambda: self.output)
        assert self.process.poll() is None, self.output


@pytest.fixture(scope="module")
def loop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loop]:
    folder = tmp_path_factory.mktemp("dev")
    loop = Loop(write_program(folder / "program"), folder / "home")
    try:
        loop.until(lambda: "watching; Ctrl-C stops" in loop.output)
        yield loop
    finally:
        loop.process.kill()
        loop.process.wait()
        loop.local.run("down")


def main_of(text: str) -> str:
    return f'fn main() {{\n    runtime::serve("{text}");\n}}\n'


def code_of(loop: Loop, function: str) -> str:
    name = loop.local.outputs["functions"][function]
    return str(loop.local.context.client("lambda").get_function_configuration(FunctionName=name)["CodeSha256"])


def test_the_url_of_each_route_is_printed(loop: Loop) -> None:
    assert f"API {loop.local.outputs['apiUrl']}" in loop.output
    assert "GET /one  one" in loop.output
    assert loop.answer("/one") == "one"


def test_a_saved_handler_is_replaced_at_the_same_url(loop: Loop) -> None:
    url, other = loop.local.outputs["apiUrl"], code_of(loop, "two")
    loop.save("rust/functions/one/src/main.rs", main_of("first"))
    loop.until(lambda: loop.answer("/one") == "first")
    assert loop.local.outputs["apiUrl"] == url
    assert code_of(loop, "two") == other
    assert "saved rust/functions/one/src/main.rs" in loop.output


def test_a_compile_error_keeps_the_old_code_running(loop: Loop) -> None:
    loop.save("rust/functions/two/src/main.rs", 'fn main() { let number: u8 = "text"; }\n')
    loop.until(lambda: "not deployed: the previous version keeps running" in loop.output)
    assert "error[E0308]: mismatched types" in loop.output
    assert "functions/two/src/main.rs:1:30" in loop.output
    assert loop.answer("/two") == "two"
    loop.save("rust/functions/two/src/main.rs", main_of("fixed"))
    loop.until(lambda: loop.answer("/two") == "fixed")


def test_a_saved_crate_replaces_all_its_users(loop: Loop) -> None:
    loop.save("rust/crates/runtime/src/lib.rs", RUNTIME.replace("{text}", "{text}!"))
    loop.until(lambda: loop.answer("/one").endswith("!") and loop.answer("/two").endswith("!"))


def test_changes_and_errors_of_the_program_are_reported(loop: Loop) -> None:
    loop.save("__main__.py", PROGRAM.replace("GET /{function.name}", "GET /{function.name}/again"))
    loop.until(lambda: set(loop.local.outputs["routes"]) == {"GET /one/again", "GET /two/again"})
    loop.save("__main__.py", PROGRAM.replace("api.url", "api.urll"))
    loop.until(lambda: "AttributeError: 'HttpApi' object has no attribute 'urll'" in loop.output)
    loop.save("__main__.py", PROGRAM)
    loop.until(lambda: set(loop.local.outputs["routes"]) == {"GET /one", "GET /two"})


def test_a_change_of_a_component_is_applied(loop: Loop) -> None:
    component = (loop.root / "components/rust_function.py").read_text()
    assert "memory_mib: int = 128" in component
    loop.save("components/rust_function.py", component.replace("memory_mib: int = 128", "memory_mib: int = 192"))
    functions = loop.local.context.client("lambda")
    one = loop.local.outputs["functions"]["one"]
    loop.until(lambda: functions.get_function_configuration(FunctionName=one)["MemorySize"] == 192)


def test_the_logs_of_the_functions_are_followed(loop: Loop) -> None:
    loop.answer("/one")
    loop.until(lambda: "one  Duration: " in loop.output)


def test_a_second_loop_in_the_folder_is_rejected(loop: Loop) -> None:
    second = loop.local.run("dev", root=loop.root)
    assert second.returncode == 1
    assert "another run uses this folder" in second.stderr


def test_an_interrupt_stops_watching_only(loop: Loop) -> None:
    loop.process.send_signal(signal.SIGINT)
    assert loop.process.wait(timeout=PATIENCE_SECONDS) == 0
    assert "The stack keeps running" in loop.output
    assert loop.answer("/one")
