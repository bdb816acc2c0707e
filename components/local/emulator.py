"""Starts, finds and stops the emulator of a checkout.

The emulator holds a lock on its state file while it runs, so a reused process id is never mistaken for it.
"""

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .errors import LocalError
from .isolation import emulated_aws

MINISTACK = Path(__file__).with_name("ministack_main.py")
PREFERRED_PORT = 4566
START_SECONDS = 60
PROBE_SECONDS = 2
STOP_SECONDS = 10


@dataclass(frozen=True, kw_only=True)
class Emulator:
    """A running emulator."""

    pid: int
    port: int

    @property
    def url(self) -> str:
        """Endpoint of every AWS service."""
        return f"http://127.0.0.1:{self.port}"


class EmulatorHome:
    """The folder of an emulator: its lock, log and temporary files."""

    def __init__(self, folder: Path) -> None:
        """Use `folder`, which is created when the emulator starts."""
        self._folder = folder
        self._state = folder / "emulator.json"
        self.log = folder / "emulator.log"
        self.resources = folder / "resources.jsonl"
        """The local engine's state, which ends with the emulator. Inputs of resources may be secrets."""

    def running(self) -> Emulator | None:
        """Return the running emulator of this folder, or None.

        Raises:
            LocalError: it runs, but its state file is damaged.
        """
        try:
            with self._state.open("r+") as state:
                if _try_lock(state.fileno()):
                    return None
                return _read(state.read())
        except FileNotFoundError:
            return None
        except (KeyError, TypeError, ValueError):
            holders = ", ".join(map(str, self._holders())) or "unknown"
            raise LocalError(
                f"{self._state} is damaged, and process {holders} holds it: stop the emulator with `down`"
            ) from None

    def start(self, region: str) -> Emulator:
        """Return the running emulator, or start one on port 4566, or on a free port if that is taken.

        Raises:
            LocalError: it does not respond.
        """
        found = self.running()
        if found:
            _wait_until_healthy(found, self.log)
            return found
        for wanted in (PREFERRED_PORT, 0, 0):
            emulator = self._spawn(_free_port(wanted), region)
            # Another process can take the chosen port before the emulator uses it; the log shows this.
            if self._listens(emulator):
                _wait_until_healthy(emulator, self.log)
                return emulator
            self.stop()
        raise LocalError(f"the emulator does not start: read {self.log}")

    def stop(self) -> Emulator | None:
        """Stop the emulator of this folder and return it, or None if it does not run."""
        try:
            emulator = self.running()
        except LocalError:
            # The state file is damaged, but the lock on it identifies the process.
            emulator = next((Emulator(pid=pid, port=0) for pid in self._holders()), None)
        if emulator is None:
            return None
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(emulator.pid, number)
            if any(not self._is_held() for _ in _every_tenth_of_a_second(STOP_SECONDS)):
                break
        return emulator

    def _spawn(self, port: int, region: str) -> Emulator:
        scratch = self._folder / "tmp"
        scratch.mkdir(parents=True, exist_ok=True)
        with self._state.open("a+") as state, self.log.open("w") as log:
            if not _try_lock(state.fileno()):
                raise LocalError("another run is starting the emulator: wait for it")
            state.truncate(0)
            self.resources.unlink(missing_ok=True)
            self.resources.touch(mode=0o600)
            pid = os.posix_spawn(
                sys.executable,
                [sys.executable, "-P", str(MINISTACK), str(self._state.absolute())],
                _environment(port, region, scratch),
                file_actions=[
                    (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                    (os.POSIX_SPAWN_DUP2, log.fileno(), 1),
                    (os.POSIX_SPAWN_DUP2, log.fileno(), 2),
                    # The lock lasts as long as the emulator. No other process inherits it.
                    (os.POSIX_SPAWN_DUP2, state.fileno(), max(state.fileno(), log.fileno()) + 1),
                ],
                setsid=True,
            )
            try:
                json.dump({"pid": pid, "port": port}, state)
                state.flush()
            except OSError:
                os.killpg(pid, signal.SIGKILL)
                raise
        return Emulator(pid=pid, port=port)

    def _listens(self, emulator: Emulator) -> bool:
        """Wait until the emulator listens on its port; return False if it ends first."""
        for _ in _every_tenth_of_a_second(START_SECONDS):
            if f"Running on {emulator.url}" in self.log.read_text(errors="replace"):
                return True
            if not _alive(emulator.pid):
                return False
        return False

    def _is_held(self) -> bool:
        with self._state.open("r+") as state:
            return not _try_lock(state.fileno())

    def _holders(self) -> list[int]:
        """Return the processes that have the state file open."""
        processes = Path("/proc")
        if processes.is_dir():
            return [int(folder.name) for folder in processes.glob("[0-9]*") if self._is_open_in(folder / "fd")]
        listed = subprocess.run(["lsof", "-t", str(self._state)], capture_output=True, text=True, check=False).stdout
        return [int(pid) for pid in listed.split()]

    def _is_open_in(self, descriptors: Path) -> bool:
        # Skip other users' processes and those that have just ended.
        with contextlib.suppress(OSError):
            return any(os.path.realpath(file) == os.path.realpath(self._state) for file in descriptors.iterdir())
        return False


def _read(text: str) -> Emulator:
    content = json.loads(text)
    return Emulator(pid=int(content["pid"]), port=int(content["port"]))


def _environment(port: int, region: str, scratch: Path) -> dict[str, str]:
    """Return the emulator's environment. It inherits only the PATH, because functions inherit all of it."""
    return {
        **emulated_aws(f"http://127.0.0.1:{port}", region),
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "PYTHONUNBUFFERED": "1",
        "BIND_HOST": "127.0.0.1",
        # The MQTT broker ignores BIND_HOST and listens on every interface.
        "IOT_MTLS_ENABLED": "0",
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": region,
        "S3_DATA_DIR": str(scratch / "s3"),
        "STATE_DIR": str(scratch / "state"),
    }


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _free_port(wanted: int) -> int:
    """Return the wanted port if it is free, otherwise another one."""
    for candidate in (wanted, 0):
        with socket.socket() as probe:
            # As the emulator does, so that recently closed connections do not block the port.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            port: int = probe.getsockname()[1]
            return port
    raise LocalError("this machine has no free TCP port for the emulator")


def _wait_until_healthy(emulator: Emulator, log: Path) -> None:
    for _ in _every_tenth_of_a_second(START_SECONDS):
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(f"{emulator.url}/_ministack/health", timeout=PROBE_SECONDS).close()
            return
        if not _alive(emulator.pid):
            break
    raise LocalError(f"the emulator (process {emulator.pid}) does not respond on {emulator.url}: read {log}")


def _alive(pid: int) -> bool:
    with contextlib.suppress(ChildProcessError):
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _every_tenth_of_a_second(seconds: int) -> Iterator[None]:
    for _ in range(seconds * 10):
        yield
        time.sleep(0.1)
