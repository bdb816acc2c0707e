import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from operations.cli import OperationError
from operations.debug_header import debug_header, private_key
from tests.recording import ROOT

RFC_8032 = Ed25519PrivateKey.from_private_bytes(
    bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
)
"""Key of the first test in https://www.rfc-editor.org/rfc/rfc8032#section-7.1."""
EXPIRY = 1_795_900_000


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "operations", "debug-header", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_functions_accept_the_header() -> None:
    source = (ROOT / "rust/crates/powertools/src/debug_header.rs").read_text()
    (accepted,) = re.findall(r'const HEADER: &str = "(.*?)";', source, re.DOTALL)
    header = re.sub(r"\\\s+", "", accepted)
    assert debug_header(RFC_8032, EXPIRY - 15 * 60, 15) == f"x-debug: {header}"


def test_a_new_key_is_private_and_used_again(tmp_path: Path) -> None:
    file = tmp_path / "debug.pem"
    first, second = run(str(file)), run(str(file))
    assert first.returncode == 0, first.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert re.fullmatch(r"x-debug: \d+\.[0-9a-f]{128}\n", first.stdout)
    public = private_key(file).public_key().public_bytes_raw().hex()
    assert first.stderr == second.stderr == f"For stacks that were deployed with debugPublicKey: {public}\n"


@pytest.mark.parametrize("minutes", [0, -1, 61])
def test_a_validity_that_functions_refuse_is_an_error(minutes: int) -> None:
    with pytest.raises(OperationError, match="functions accept headers that are valid for 1 to 60 minutes"):
        debug_header(RFC_8032, EXPIRY, minutes)


def test_a_file_without_a_key_is_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("notes")
    done = run(str(file))
    assert done.stderr.startswith(f"error: {file} is not an Ed25519 private key")
    assert (done.returncode, done.stdout, file.read_text()) == (1, "", "notes")


def test_a_missing_folder_is_reported_without_a_traceback(tmp_path: Path) -> None:
    done = run(os.fspath(tmp_path / "absent" / "debug.pem"))
    assert "cannot be used: No such file or directory" in done.stderr
    assert "Traceback" not in done.stderr
