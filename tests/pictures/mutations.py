"""Pictures of various programs, and damaged ones that decoders tolerate."""

import random
import shutil
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from local.examples import SAMPLE_PICTURE
from tests.pictures.files import encoded
from tests.recording import ROOT

SIZE = (120, 80)
JPEG_OPTIONS: dict[str, dict[str, Any]] = {
    "baseline": {"quality": 85},
    "progressive": {"quality": 85, "progressive": True},
    "restarts": {"quality": 85, "restart_marker_rows": 2},
}
PNG_MODES = ("RGB", "RGBA", "L", "LA", "P", "1", "I;16")
JUNK = (b"\0", b"\xff\0", b"\xff", b"\xff\xff\xff", b"\x07\x08\x09", b"\xff\xee\0\0", b"\xff\xe3\0\x01", b"\0" * 9)
SIGNATURE_LENGTH = 8


def pictures(folder: Path, seed: int) -> None:
    """Write pictures and mutations of them into a folder. The same seed gives the same files."""
    chance = random.Random(seed)
    shutil.copy(ROOT / SAMPLE_PICTURE, folder / "scene.jpg")
    scene = Image.open(folder / "scene.jpg").convert("RGB").resize(SIZE)
    for name, options in JPEG_OPTIONS.items():
        jpeg = encoded(scene, "JPEG", **options)
        for number, mutated in enumerate([jpeg, *_damaged_jpegs(jpeg, chance)]):
            (folder / f"{name}-{number}.jpg").write_bytes(mutated)
    (folder / "several.mpo").write_bytes(_several(scene))
    for mode in PNG_MODES:
        picture = scene.convert("I").convert("I;16") if mode == "I;16" else scene.convert(mode)
        png = encoded(picture, "PNG")
        for number, mutated in enumerate([png, *_damaged_pngs(png, chance)]):
            (folder / f"{mode.replace(';', '')}-{number}.png").write_bytes(mutated)
    for name, has_default_image in (("animation", False), ("animation-behind-a-picture", True)):
        frames = [scene.rotate(angle) for angle in (10, 20, 30)]
        options = {"save_all": True, "append_images": frames, "default_image": has_default_image, "duration": 100}
        (folder / f"{name}.png").write_bytes(encoded(scene, "PNG", **options))


def _several(scene: Image.Image) -> bytes:
    return encoded(scene, "MPO", save_all=True, append_images=[scene.rotate(90), scene.rotate(180)])


def _damaged_jpegs(jpeg: bytes, chance: random.Random) -> Iterator[bytes]:
    starts = [2]
    while jpeg[starts[-1] + 1] != 0xDA:
        starts.append(starts[-1] + 2 + struct.unpack_from(">H", jpeg, starts[-1] + 2)[0])
    for junk in JUNK:
        # Pillow expects the first marker at the start of the file.
        for place in (starts[1], chance.choice(starts[1:])):
            yield jpeg[:place] + junk + jpeg[place:]
    yield jpeg + b"\0" * 100
    yield jpeg + jpeg
    yield jpeg[:-2] + bytes(chance.randrange(255) for _ in range(50)) + jpeg[-2:]
    yield jpeg[: len(jpeg) * 2 // 3]
    yield jpeg[:-2]


def _damaged_pngs(png: bytes, chance: random.Random) -> Iterator[bytes]:
    chunks = list(_chunks(png))
    data = b"".join(data for kind, data in chunks if kind == b"IDAT")
    rows = zlib.decompress(data)

    def with_data(parts: list[bytes]) -> bytes:
        first = chunks[: [kind for kind, _ in chunks].index(b"IDAT")]
        image = [(b"IDAT", part) for part in parts]
        return png[:SIGNATURE_LENGTH] + b"".join(_chunk(*chunk) for chunk in [*first, *image, (b"IEND", b"")])

    yield with_data([data[:100], b"", data[100:]])
    yield with_data([zlib.compress(rows[: chance.randrange(1, len(rows))])])
    yield with_data([zlib.compress(rows + b"more")])
    yield with_data([data[:-4]])
    yield with_data([data[:-1] + bytes([data[-1] ^ 1])])
    yield with_data([data])[:-12]
    yield with_data([data])[: -chance.randrange(1, 12)]
    yield with_data([data])[:-12] + b"no chunk at all"
    yield png[: chance.randrange(len(png) // 2, len(png) - 16)]
    place = png.index(b"IDAT") + 4 + len(next(part for kind, part in chunks if kind == b"IDAT"))
    yield png[:place] + bytes([png[place] ^ 0xFF]) + png[place + 1 :]


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = SIGNATURE_LENGTH
    while place < len(png):
        length, kind = struct.unpack_from(">I4s", png, place)
        yield kind, png[place + 8 : place + 8 + length]
        place += 12 + length


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
