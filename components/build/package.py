"""Packs an executable for Lambda, deterministically."""

import hashlib
import struct
from collections.abc import Iterable, Iterator, Mapping

from deflate import crc32, deflate_compress

from .extra_files import EXECUTABLE, ExtraFile
from .plan import BuildError

UNZIPPED_LIMIT_BYTES = 262_144_000
"""Lambda's limit on a function's unzipped size, https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html."""

SMALLEST = 12
"""libdeflate's highest level: 3% less than zlib's, in the same time."""
QUICK = 6
"""As small as zlib's highest level, in an eighth of the time."""

# https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
FILE = struct.Struct("<4s5H3L2H")
DIRECTORY = struct.Struct("<4s6H3L5H2L")
END = struct.Struct("<4s4H2LH")
NEEDED_VERSION = 20
UTF8_NAME = 0x800
DEFLATED = 8
EPOCH = (0, 1 << 5 | 1)
"""Midnight and 1 January 1980, the earliest time that a zip can hold."""
UNIX = 3 << 8
REGULAR_FILE = 0o100000
MOST_FILES = 0xFFFF


def package(binary: str, executable: bytes, extra_files: Mapping[str, ExtraFile], *, profile: str) -> bytes:
    """Return a zip with the executable as `bootstrap` and the extra files, all with a fixed time.

    Takes more time to pack the profile `release` smaller: others are for a developer who waits.

    Raises:
        BuildError: the files are over Lambda's size limit or too many, or changed after their digest was computed.
    """
    if len(extra_files) >= MOST_FILES:
        raise BuildError(f"{binary} has {len(extra_files):,} extra files, a zip holds {MOST_FILES - 1:,} at most")
    return zipped(_within_limit(binary, _entries(executable, extra_files)), SMALLEST if profile == "release" else QUICK)


def zipped(entries: Iterable[tuple[str, int, bytes]], level: int) -> bytes:
    """Return a zip of names, permissions and contents, compressed with a level of libdeflate."""
    files, directory = bytearray(), bytearray()
    count = 0
    for name, mode, content in entries:
        path, packed = name.encode(), bytes(deflate_compress(content, level))
        sizes = (crc32(content), len(packed), len(content), len(path))
        common = (NEEDED_VERSION, UTF8_NAME, DEFLATED, *EPOCH, *sizes, 0)
        attributes = (REGULAR_FILE | mode) << 16
        directory += DIRECTORY.pack(b"PK\1\2", UNIX | NEEDED_VERSION, *common, 0, 0, 0, attributes, len(files)) + path
        files += FILE.pack(b"PK\3\4", *common) + path + packed
        count += 1
    return bytes(files + directory + END.pack(b"PK\5\6", 0, 0, count, count, len(directory), len(files), 0))


def _within_limit(binary: str, entries: Iterable[tuple[str, int, bytes]]) -> Iterator[tuple[str, int, bytes]]:
    size = 0
    for name, mode, content in entries:
        size += len(content)
        if size > UNZIPPED_LIMIT_BYTES:
            raise BuildError(
                f"{binary} is {size:,} bytes or more, Lambda takes at most {UNZIPPED_LIMIT_BYTES:,} unzipped: look "
                "for embedded assets and large extra files, or strip the binary in [profile.release]"
            )
        yield name, mode, content


def _entries(executable: bytes, extra_files: Mapping[str, ExtraFile]) -> Iterator[tuple[str, int, bytes]]:
    yield EXECUTABLE, 0o755, executable
    for name, file in sorted(extra_files.items()):
        content = b"".join(file.source.read())
        if hashlib.sha256(content).hexdigest() != file.source.sha256:
            raise BuildError(f"{file.source.origin} changed while this ran: run it again")
        yield name, file.mode, content
