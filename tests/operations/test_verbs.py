"""Tests of verbs in a shell without an activated environment. The Pulumi CLI is replaced by a script."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from components.architecture import host_architecture
from components.local.emulator import EmulatorHome
from tests.recording import ROOT

PULUMI = """\
#!/bin/sh
case "$1 $2" in
    "version "*) echo v3.272.0 ;;
    "stack select") printf 'encryptionsalt: v1:c2FsdA==\\n' >> "Pulumi.$3.yaml" ;;
    "stack output") echo "no such stack" >&2; exit 255 ;;
    *) echo "pulumi $*"; exit 3 ;;
esac
"""


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A PATH with the CLI and Rust; cargo-lambda and zig are in the virtual environment alone."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "pulumi").write_text(PULUMI)
    (folder / "pulumi").chmod(0o755)
    for tool in ("cargo", "rustc"):
        script = f'#!/bin/sh\nexec "{Path.home()}/.cargo/bin/{tool}" "$@"\n'
        (folder / tool).write_text(script)
        (folder / tool).chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of an emulator that runs."""
    folder = tmp_path_factory.mktemp("home")
    EmulatorHome(folder).start("us-east-1")
    yield folder
    EmulatorHome(folder).stop()


def verb(tools: Path, home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "operations", "--home", str(home), "--stack", "local", *words]
    environment = {"PATH": f"{tools}:/usr/bin:/bin", "HOME": str(Path.home())}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_up_uses_the_tools_of_the_virtual_environment(tools: Path, home: Path) -> None:
    done = verb(tools, home, "up")
    assert done.stderr == ""
    assert done.stdout == f"pulumi up --stack local --config-file {home}/Pulumi.local.yaml --yes\n"
    assert done.returncode == 3


def test_encryption_notes_do_not_stay_in_a_tracked_file(tools: Path, home: Path) -> None:
    before = (ROOT / "Pulumi.local.yaml").read_bytes()
    verb(tools, home, "up")
    assert (ROOT / "Pulumi.local.yaml").read_bytes() == before


def test_the_emulator_has_a_stack_file_with_its_address(tools: Path, home: Path) -> None:
    verb(tools, home, "preview")
    emulator = EmulatorHome(home).running()
    assert emulator
    (endpoints,) = yaml.safe_load((home / "Pulumi.local.yaml").read_text())["config"]["aws:endpoints"]
    assert set(endpoints.values()) == {emulator.url}


def test_up_reports_missing_rust_with_its_source(tools: Path, home: Path) -> None:
    (tools / "cargo").unlink()
    done = verb(tools, home, "up")
    assert done.stderr == "error: cargo is not on the PATH: install Rust with rustup, https://rustup.rs\n"
    assert done.returncode != 0
    assert done.stdout == ""


def test_up_reports_a_toolchain_that_is_not_installed(tools: Path, home: Path) -> None:
    (tools / "rustc").write_text("#!/bin/sh\necho 'error: toolchain is not installed' >&2\nexit 1\n")
    message = verb(tools, home, "up").stderr
    assert message == (
        "error: rustc does not start: error: toolchain is not installed. Run `rustup toolchain install 1.95.0`\n"
    )


def test_up_names_a_missing_target(tools: Path, home: Path, tmp_path: Path) -> None:
    (tools / "rustc").write_text(f"#!/bin/sh\necho {tmp_path}/lib\n")
    target = host_architecture().rust_target
    assert verb(tools, home, "up").stderr == (
        f"error: the Rust target {target} is not installed: run `rustup toolchain install 1.95.0` and `rustup target "
        f"add --toolchain 1.95.0 {target}`\n"
    )


@pytest.mark.parametrize("words", [["preview"], ["destroy"]])
def test_preview_and_destroy_need_no_rust(tools: Path, home: Path, words: list[str]) -> None:
    for tool in ("cargo", "rustc"):
        (tools / tool).unlink()
    done = verb(tools, home, *words)
    assert done.stderr == ""
    assert done.stdout.startswith(f"pulumi {words[0]} --stack local")


@pytest.mark.parametrize("word", ["preview", "destroy", "outputs"])
def test_a_missing_stack_is_reported_with_the_remedy(tools: Path, home: Path, word: str) -> None:
    unknown = PULUMI.replace("no such stack", "error: no stack named 'local' found")
    (tools / "pulumi").write_text(unknown)
    done = verb(tools, home, word)
    assert done.stdout == ""
    assert "error: the stack local does not exist: `make up STACK=local` creates it" in done.stderr


def test_a_stack_of_make_local_is_destroyed_without_the_cli(tools: Path, tmp_path: Path) -> None:
    (tools / "pulumi").unlink()
    own = tmp_path / "own"
    EmulatorHome(own).start("us-east-1")
    (own / "outputs.json").write_text("{}")
    done = verb(tools, own, "destroy")
    assert done.stdout.startswith("Stopped the emulator")
    assert EmulatorHome(own).running() is None


def test_a_missing_cli_is_named(tools: Path, home: Path) -> None:
    (tools / "pulumi").unlink()
    assert "error: the Pulumi CLI is not on the PATH: install it (https://" in verb(tools, home, "up").stderr
