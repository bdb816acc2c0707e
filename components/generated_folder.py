"""Folders that this package generates in a program's folder, such as `.local`."""

from pathlib import Path

CACHE_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n"
"""Marks a folder as a cache: https://bford.info/cachedir/"""


def create_generated_folder(folder: Path) -> None:
    """Create a folder that git ignores, backups skip, and no artifact key covers."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in {".gitignore": "*\n", "CACHEDIR.TAG": CACHE_TAG}.items():
        if not (file := folder / name).exists():
            file.write_text(content, encoding="utf-8")
