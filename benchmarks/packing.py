"""Sizes of zip archives, compressed like the artifacts."""

import io
import zipfile
from collections.abc import Iterable
from pathlib import Path


def zipped_bytes(paths: Iterable[Path]) -> int:
    """Return the size of a zip archive of files and folders, without Python bytecode."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in paths:
            files = sorted(path.rglob("*")) if path.is_dir() else [path]
            for file in files:
                if file.is_file() and "__pycache__" not in file.parts:
                    archive.write(file, file.relative_to(path.parent))
    return packed.tell()
