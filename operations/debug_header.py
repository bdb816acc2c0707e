"""Signs headers that make a function log one request at debug."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from operations.cli import OperationError

LONGEST_MINUTES = 60
"""Functions refuse headers that are valid for longer."""


def private_key(file: Path) -> Ed25519PrivateKey:
    """Return the private key in a file. A missing file is created, readable by this user only.

    Raises:
        OperationError: the file has other content, or cannot be read or written.
    """
    try:
        if not file.exists():
            _create(file)
        key = load_pem_private_key(file.read_bytes(), password=None)
    except OSError as error:
        raise OperationError(
            f"{file} cannot be used: {error.strerror}. Name a file that you can read and write"
        ) from None
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise OperationError(f"{file} is not an Ed25519 private key without a password: name a new file to create one")
    return key


def _create(file: Path) -> None:
    content = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.touch(mode=0o600, exist_ok=False)
    file.write_bytes(content)


def debug_header(key: Ed25519PrivateKey, now: float, minutes: int) -> str:
    """Return the header, valid for some minutes.

    Raises:
        OperationError: functions refuse headers that are valid for so long.
    """
    if not 1 <= minutes <= LONGEST_MINUTES:
        raise OperationError(
            f"--minutes is {minutes}: functions accept headers that are valid for 1 to {LONGEST_MINUTES} minutes"
        )
    expiry = int(now) + minutes * 60
    return f"x-debug: {expiry}.{key.sign(f'x-debug {expiry}'.encode()).hex()}"
