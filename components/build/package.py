"""Packs an executable as Lambda wants it: the same bytes from the same executable, whoever packs it."""

import io
import zipfile

from .plan import BuildError

UNZIPPED_LIMIT_BYTES = 262_144_000
"""Lambda's limit on a function's unzipped size, https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html."""

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can hold."""

UNIX = 3
EXECUTABLE = 0o100755 << 16


def package(binary: str, executable: bytes) -> bytes:
    """Return a zip whose only entry is `bootstrap`, executable, with a fixed time.

    Raises:
        BuildError: the executable is over Lambda's size limit.
    """
    if len(executable) > UNZIPPED_LIMIT_BYTES:
        raise BuildError(
            f"{binary} is {len(executable):,} bytes, Lambda takes at most {UNZIPPED_LIMIT_BYTES:,} unzipped: "
            "look for embedded assets, or strip the binary in [profile.release]"
        )
    entry = zipfile.ZipInfo("bootstrap", date_time=EPOCH)
    entry.create_system = UNIX
    entry.external_attr = EXECUTABLE
    entry.compress_type = zipfile.ZIP_DEFLATED
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(entry, executable, compresslevel=9)
    return packed.getvalue()
