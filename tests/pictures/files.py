"""Encodes and decodes pictures with Pillow."""

import functools
import io
import zlib
from pathlib import Path
from typing import Any

from PIL import Image


def encoded(picture: Image.Image, file_format: str, **options: Any) -> bytes:
    """Return a picture as a file of Pillow's format, such as `JPEG`."""
    file = io.BytesIO()
    picture.save(file, file_format, **options)
    return file.getvalue()


def decoded(file: bytes | Path) -> Image.Image:
    """Open a picture and decode all of it."""
    picture = Image.open(file if isinstance(file, Path) else io.BytesIO(file))
    picture.load()
    return picture


@functools.cache
def bomb() -> bytes:
    """Return a small PNG file of a picture that is too large to decode."""
    return encoded(Image.new("L", (12_000, 12_000)), "PNG", compress_type=zlib.Z_RLE)
