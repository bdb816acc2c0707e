"""Files that are packed next to an executable, so that the handler finds them below `/var/task`."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from .plan import BuildError
from .sources import SourceFile, Sources

EXECUTABLE = "bootstrap"
"""File name of the executable on Lambda."""


@dataclass(frozen=True)
class ExtraFile:
    """A file of the archive."""

    source: SourceFile
    executable: bool

    @property
    def mode(self) -> int:
        """Permissions: readable by everyone, and executable if the owner may execute it."""
        return 0o755 if self.executable else 0o644


def find_sources(binary: str, wanted: Mapping[str, str], base: Path, allowed: tuple[Path, ...]) -> dict[str, Path]:
    """Return the files and folders that are packed with a binary, by their place in the zip.

    Args:
        binary: Name of the binary, for messages.
        wanted: Sources by their place; a place that ends with `/` is a folder.
        base: The folder that sources are relative to.
        allowed: The folders that sources must lie in.

    Raises:
        BuildError: with the place or the source, and the remedy.
    """
    return {_checked_place(binary, place): _inside(binary, source, base, allowed) for place, source in wanted.items()}


def read_extra_files(binary: str, found: Mapping[str, Path], sources: Sources) -> dict[str, ExtraFile]:
    """Return the files of the found sources, by their path in the archive.

    Raises:
        BuildError: with the file and the remedy.
    """
    files: dict[str, ExtraFile] = {}
    for place, path in found.items():
        for name, file in _files(binary, path, sources, into_folder=place.endswith("/")):
            packed = (PurePosixPath(place) / name).as_posix()
            if files.setdefault(packed, file) is not file:
                raise BuildError(f"files of {binary}: {packed} comes from two sources: leave out one of them")
    _check_names(binary, files)
    return dict(sorted(files.items()))


def _checked_place(binary: str, place: str) -> str:
    target = PurePosixPath(place)
    if not place or target.is_absolute() or ".." in target.parts or "\\" in place:
        raise BuildError(
            f"files of {binary}: {place!r} is not a place in the zip: write a path relative to /var/task, such as "
            "'templates/', or './' for /var/task itself"
        )
    return place


def _inside(binary: str, source: str, base: Path, allowed: tuple[Path, ...]) -> Path:
    path = Path(os.path.normpath(base / source))
    if Path(source).is_absolute() or not any(path.is_relative_to(folder) for folder in allowed):
        raise BuildError(
            f"files of {binary}: {source!r} is outside the project: move it below the folder of the Pulumi program or "
            f"of the Cargo workspace, and write its path relative to {base.name}"
        )
    if not os.path.lexists(path):
        raise BuildError(f"files of {binary}: {source!r} does not exist: correct the path, relative to {base.name}")
    if path.resolve() != path:
        raise BuildError(f"files of {binary}: {source!r} is a symbolic link, or below one: name the real file")
    return path


def _files(binary: str, path: Path, sources: Sources, *, into_folder: bool) -> Iterator[tuple[str, ExtraFile]]:
    if not path.is_dir():
        yield path.name if into_folder else "", _extra_file(path, sources)
        return
    names = list(sources.names_without_links(path))
    if not names:
        raise BuildError(f"files of {binary}: {path} holds no file, or git ignores them all: add one, or leave it out")
    for name in names:
        yield name, _extra_file(path / name, sources)


def _extra_file(path: Path, sources: Sources) -> ExtraFile:
    if not path.is_file():
        raise BuildError(f"{path} is not a regular file: a zip holds files and folders only")
    return ExtraFile(sources.file(path), bool(path.stat().st_mode & 0o100))


def _check_names(binary: str, files: Mapping[str, ExtraFile]) -> None:
    for name in files:
        if not name.isprintable():
            raise BuildError(f"files of {binary}: {name!r} has characters that cannot be printed: rename the file")
        for part in (PurePosixPath(name), *PurePosixPath(name).parents):
            if str(part) == EXECUTABLE:
                raise BuildError(f"files of {binary}: {EXECUTABLE} is the executable itself: choose another place")
            if str(part) in files and str(part) != name:
                raise BuildError(f"files of {binary}: {part} would be a file and a folder: choose another place")
