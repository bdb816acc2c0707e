"""The staging tree: a copy of exactly the files that the digests cover.

A file is rewritten only if its content changed, for incremental builds. If any file of a package changed, Cargo's
records of the package are removed, because Cargo compares file times instead of content.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..generated_folder import create_generated_folder
from .inputs import BuildInputs, Part
from .manifest import MANIFEST
from .plan import BuildError
from .sources import SourceFile

LOCK = "Cargo.lock"


@dataclass(frozen=True)
class Record:
    """Record of a staged file."""

    sha256: str
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, path: Path, sha256: str) -> "Record":
        """Return the record of a file with known content."""
        status = path.stat()
        return cls(sha256, status.st_size, status.st_mtime_ns)


class Stage:
    """The staging tree of a target folder, with Cargo's target folder next to it."""

    def __init__(self, root: Path) -> None:
        """Use an exclusive folder."""
        self.root = root
        self.folder = root / "sources"
        self.target = root / "target"
        self._index = root / "sources.json"

    def update(self, inputs: BuildInputs) -> set[str]:
        """Update the tree to contain exactly the inputs.

        Returns:
            The folders of packages in which something changed, relative to the tree.

        Raises:
            BuildError: a file changed after its digest was computed.
        """
        create_generated_folder(self.root)
        self.folder.mkdir(exist_ok=True)
        records = self._read_index()
        wanted: dict[str, SourceFile | bytes] = {**inputs.files, **inputs.documents}
        resolved = _resolved_from(inputs)
        is_resolved = records.get("", Record("", 0, 0)).sha256 == resolved and self._unchanged(LOCK, records)
        if is_resolved:
            del wanted[LOCK]
        surplus = {name for name in self._names() if name not in wanted and not (is_resolved and name == LOCK)}
        sums = {name: item.sha256 if isinstance(item, SourceFile) else _sha256([item]) for name, item in wanted.items()}
        stale = {name for name, sha256 in sums.items() if not self._holds(name, sha256, records)}
        removed = {PurePosixPath(name).parent for name in surplus if PurePosixPath(name).name == MANIFEST}
        changed = _crates_of(inputs, {*surplus, *stale} - {LOCK}, removed)
        self._index.unlink(missing_ok=True)
        self.forget(part.crate for part in changed if part.crate)
        for name in surplus:
            _remove(self.folder / name)
        for name in sorted(stale):
            self._write(name, wanted[name], sums[name])
        self._remove_empty_folders()
        written = {name: Record.of(self.folder / name, sha256) for name, sha256 in sums.items()}
        if is_resolved:
            written |= {"": records[""], LOCK: records[LOCK]}
        self._write_index(written)
        return {part.folder for part in changed}

    def needs_resolving(self) -> bool:
        """Whether Cargo still has to reduce the lock file to the staged packages."""
        return "" not in self._read_index()

    def set_resolved(self, inputs: BuildInputs) -> None:
        """Store the lock file that Cargo reduced."""
        resolved = _resolved_from(inputs)
        lock = self.folder / LOCK
        records = self._read_index()
        records |= {LOCK: Record.of(lock, _sha256([lock.read_bytes()])), "": Record(resolved, 0, 0)}
        self._write_index(records)

    def forget(self, packages: Iterable[str]) -> None:
        """Remove Cargo's records of some packages, so that it recompiles them."""
        names = "|".join(re.escape(name) for name in packages)
        if not names:
            return
        record = re.compile(rf"(?:{names})-[0-9a-f]{{16}}")
        for folder in (*self.target.glob("*/.fingerprint"), *self.target.glob("*/*/.fingerprint")):
            for entry in os.scandir(folder):
                if record.fullmatch(entry.name):
                    shutil.rmtree(entry.path)

    def discard(self) -> None:
        """Remove the staging tree and everything compiled."""
        self._index.unlink(missing_ok=True)
        shutil.rmtree(self.target, ignore_errors=True)

    def _names(self) -> Iterator[str]:
        for parent, folders, files in os.walk(self.folder):
            links = [name for name in folders if Path(parent, name).is_symlink()]
            for name in (*files, *links):
                yield Path(parent, name).relative_to(self.folder).as_posix()

    def _holds(self, name: str, sha256: str, records: dict[str, Record]) -> bool:
        if name in records and records[name].sha256 != sha256:
            return False
        return self._unchanged(name, records) or self._content(name) == sha256

    def _unchanged(self, name: str, records: dict[str, Record]) -> bool:
        path = self.folder / name
        if name not in records or path.is_symlink() or not path.is_file():
            return False
        return Record.of(path, records[name].sha256) == records[name]

    def _content(self, name: str) -> str | None:
        path = self.folder / name
        if path.is_symlink() or not path.is_file():
            return None
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def _write(self, name: str, item: SourceFile | bytes, sha256: str) -> None:
        path = self.folder / name
        _make_way(self.folder, PurePosixPath(name))
        digest = hashlib.sha256()
        try:
            with path.open("wb") as file:
                for chunk in item.read() if isinstance(item, SourceFile) else (item,):
                    digest.update(chunk)
                    file.write(chunk)
            if isinstance(item, SourceFile):
                path.chmod(0o755 if item.origin.stat().st_mode & 0o100 else 0o644)
        except FileNotFoundError:
            digest = hashlib.sha256(b"")
        if digest.hexdigest() != sha256:
            raise BuildError(f"{name} changed while this ran: run it again")

    def _remove_empty_folders(self) -> None:
        for parent in [Path(parent) for parent, _, _ in os.walk(self.folder, topdown=False)]:
            if parent != self.folder and not any(parent.iterdir()):
                parent.rmdir()

    def _read_index(self) -> dict[str, Record]:
        try:
            return {name: Record(*values) for name, values in json.loads(self._index.read_text()).items()}
        except (OSError, ValueError, TypeError):
            return {}

    def _write_index(self, records: dict[str, Record]) -> None:
        entries = {name: [record.sha256, record.size, record.mtime_ns] for name, record in records.items()}
        unfinished = self._index.with_suffix(".new")
        unfinished.write_text(json.dumps(entries))
        unfinished.replace(self._index)


def _resolved_from(inputs: BuildInputs) -> str:
    """Return the digest of the files from which Cargo reduces the lock file."""
    return _sha256([name.encode() + b"\0" + content for name, content in sorted(inputs.documents.items())])


def _crates_of(inputs: BuildInputs, names: Iterable[str], removed: Set[PurePosixPath]) -> list[Part]:
    """Return the packages that contain the files; every package may read files outside of packages.

    Except those of removed packages, and the manifest of the workspace: Cargo itself compares profiles, patches and
    features, so a further binary recompiles no other one.
    """
    crates = sorted((part for part in inputs.parts if part.crate), key=lambda part: len(part.folder), reverse=True)
    included = [part for part in inputs.parts if not part.crate]
    found: dict[str, Part] = {}
    for name in names:
        if holder := next((part for part in crates if _is_in(part, name)), None):
            found[holder.folder] = holder
        elif name != MANIFEST and removed.isdisjoint(PurePosixPath(name).parents):
            return crates
        if any(_is_in(part, name) for part in included):
            return crates
    return list(found.values())


def _is_in(part: Part, name: str) -> bool:
    return part.folder in {".", name} or name.startswith(f"{part.folder}/")


def _make_way(root: Path, name: PurePosixPath) -> None:
    """Create the folders of a file, replacing files and links."""
    for parent in reversed(name.parents[:-1]):
        if (root / parent).is_symlink() or (root / parent).is_file():
            _remove(root / parent)
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    _remove(root / name)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _sha256(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()
