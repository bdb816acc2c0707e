import os
import shutil
import signal
import socket
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from components.local import emulator as module
from components.local.emulator import Emulator, EmulatorHome
from components.local.errors import LocalError
from tests.waiting import eventually, is_running

pytestmark = pytest.mark.emulator

REGION = "us-east-1"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[EmulatorHome]:
    home = EmulatorHome(tmp_path)
    yield home
    home.stop()


@pytest.fixture
def taken_port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Listen on the preferred port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        monkeypatch.setattr(module, "PREFERRED_PORT", port)
        yield port


@pytest.mark.usefixtures("taken_port")
def test_the_emulator_responds_is_found_again_and_stops(home: EmulatorHome) -> None:
    assert home.running() is None
    started = home.start(REGION)
    with urllib.request.urlopen(f"{started.url}/_ministack/health") as response:
        assert response.status == 200
    assert home.running() == started
    assert home.start(REGION) == started
    assert home.stop() == started
    assert home.running() is None
    assert home.stop() is None


@pytest.mark.usefixtures("taken_port")
@pytest.mark.parametrize("is_replaced", [False, True])
def test_an_emulator_ends_when_its_folder_is_deleted(tmp_path: Path, is_replaced: bool) -> None:
    home = EmulatorHome(tmp_path / "home")
    started = home.start(REGION)
    shutil.rmtree(tmp_path / "home")
    if is_replaced:
        home.start(REGION)
    eventually(lambda: not is_running(started.pid))
    assert bool(home.stop()) == is_replaced


@pytest.mark.usefixtures("taken_port")
def test_an_emulator_starts_with_an_empty_and_private_state(home: EmulatorHome) -> None:
    home.start(REGION)
    home.resources.write_text("a change")
    home.start(REGION)
    assert home.resources.read_text() == "a change"
    home.stop()
    home.start(REGION)
    assert home.resources.read_text() == ""
    assert home.resources.stat().st_mode & 0o077 == 0


def test_a_taken_port_is_left_alone(home: EmulatorHome, taken_port: int) -> None:
    assert home.start(REGION).port != taken_port


@pytest.mark.usefixtures("taken_port")
def test_the_emulator_inherits_the_path_only(home: EmulatorHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    monkeypatch.setenv("DATABASE_PASSWORD", "secret")
    started = home.start(REGION)
    content = Path(f"/proc/{started.pid}/environ").read_text().split("\0")
    environment = dict(variable.split("=", 1) for variable in content if variable)
    assert "DATABASE_PASSWORD" not in environment
    assert "real" not in environment.values()
    assert environment["AWS_ENDPOINT_URL"] == started.url
    assert environment["BIND_HOST"] == "127.0.0.1"


@pytest.mark.usefixtures("taken_port")
def test_the_emulator_listens_on_loopback_only(home: EmulatorHome) -> None:
    started = home.start(REGION)
    sockets = {str(file.readlink()) for file in Path(f"/proc/{started.pid}/fd").iterdir() if file.is_symlink()}
    inodes = {name.removeprefix("socket:[").removesuffix("]") for name in sockets if name.startswith("socket:")}
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = {fields[1].split(":")[0] for fields in lines if fields[3] == "0A" and fields[9] in inodes}
    assert listening == {"0100007F"}


@pytest.mark.usefixtures("taken_port")
def test_a_reused_process_id_is_not_a_running_emulator(home: EmulatorHome) -> None:
    started = home.start(REGION)
    os.killpg(started.pid, signal.SIGKILL)
    os.waitpid(started.pid, 0)
    eventually(lambda: home.running() is None)
    (home.log.parent / "emulator.json").write_text(f'{{"pid": {os.getpid()}, "port": {started.port}}}')
    assert home.running() is None
    assert home.stop() is None


def test_an_emulator_that_does_not_start_is_an_error(
    home: EmulatorHome, taken_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_free_port", lambda _: taken_port)
    with pytest.raises(LocalError, match="the emulator does not start: read .*emulator.log"):
        home.start(REGION)
    assert home.running() is None


def test_two_checkouts_with_the_same_port_get_an_emulator_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setattr(module, "_free_port", lambda wanted: port if wanted else free_port())
    homes = [EmulatorHome(tmp_path / name) for name in ("one", "two")]
    try:
        with ThreadPoolExecutor() as threads:
            started = list(threads.map(lambda home: home.start(REGION), homes))
        assert len({emulator.port for emulator in started}) == 2
        assert len({emulator.pid for emulator in started}) == 2
        for emulator in started:
            assert f":{emulator.port}" in health_of(emulator)
    finally:
        for home in homes:
            home.stop()


def test_another_server_is_never_mistaken_for_the_emulator(
    home: EmulatorHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other_home = EmulatorHome(tmp_path / "other")
    other_emulator = other_home.start(REGION)
    monkeypatch.setattr(module, "_free_port", lambda wanted: other_emulator.port if wanted else free_port())
    try:
        assert home.start(REGION).port != other_emulator.port
    finally:
        other_home.stop()


@pytest.mark.parametrize("content", ["", '{"pid": 1', '{"other": 1}', "[]"])
@pytest.mark.usefixtures("taken_port")
def test_a_damaged_state_file_is_reported_and_stopping_repairs_it(home: EmulatorHome, content: str) -> None:
    started = home.start(REGION)
    (home.log.parent / "emulator.json").write_text(content)
    with pytest.raises(
        LocalError, match=f"emulator.json is damaged, and process {started.pid} holds it: stop the emulator with `down`"
    ):
        home.start(REGION)
    stopped = home.stop()
    assert stopped is not None
    assert stopped.pid == started.pid
    assert home.running() is None
    assert home.start(REGION).pid != started.pid


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def health_of(emulator: Emulator) -> str:
    """Return the environment of the process that listens, after it has answered."""
    urllib.request.urlopen(f"{emulator.url}/_ministack/health").close()
    return Path(f"/proc/{emulator.pid}/environ").read_text()


def test_the_endpoint_is_on_the_loopback_interface() -> None:
    assert Emulator(pid=1, port=4566).url == "http://127.0.0.1:4566"
