"""Packs an executable for Lambda, deterministically."""

import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping

from .extra_files import EXECUTABLE, ExtraFile
from .plan import BuildError

UNZIPPED_LIMIT_BYTES = 262_144_000
"""Lambda's limit on a function's unzipped size, https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html."""

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can hold."""

UNIX = 3
REGULAR_FILE = 0o100000


def package(binary: str, executable: bytes, extra_files: Mapping[str, ExtraFile]) -> bytes:
    """Return a zip with the executable as `bootstrap` and the extra files, all with a fixed time.

    Raises:
        BuildError: the files are over Lambda's size limit, or changed after their digest was computed.
    """
    size = 0
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, mode, content in _entries(executable, extra_files):
            size += len(content)
            if size > UNZIPPED_LIMIT_BYTES:
                raise BuildError(
                    f"{binary} is {size:,} bytes or more, Lambda takes at most {UNZIPPED_LIMIT_BYTES:,} unzipped: look "
                    "for embedded assets and large extra files, or strip the binary in [profile.release]"
                )
            entry = zipfile.ZipInfo(name, date_time=EPOCH)
            entry.create_system = UNIX
            entry.external_attr = (REGULAR_FILE | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content, compresslevel=9)
    return packed.getvalue()


def _entries(executable: bytes, extra_files: Mapping[str, ExtraFile]) -> Iterator[tuple[str, int, bytes]]:
    yield EXECUTABLE, 0o755, executable
    for name, file in sorted(extra_files.items()):
        content = b"".join(file.source.read())
        if hashlib.sha256(content).hexdigest() != file.source.sha256:
            raise BuildError(f"{file.source.origin} changed while this ran: run it again")
        yield name, file.mode, content
