"""The files that a package is built from.

With git, a file counts if it is tracked or if git would not ignore it; without git, every file counts. Target folders,
virtual environments and caches never count. Links are followed inside the repository. A package's files that are not
part of binaries do not count.
"""

import bisect
import fnmatch
import hashlib
import os
import re
import stat
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from .configuration import repository_root
from .manifest import MANIFEST, Package
from .plan import BuildError

NOT_BUILT = (
    *("tests", "examples", "benches", "events", "target"),
    *(".cargo", ".github", ".vscode", ".idea", ".editorconfig", ".gitattributes", ".gitignore", ".config"),
    *("README*", "CHANGELOG*", "CONTRIBUTING*", "LICENSE*", "SECURITY*", "Makefile", "justfile", "Dockerfile"),
    *("clippy.toml", ".clippy.toml", "rustfmt.toml", ".rustfmt.toml", "deny.toml", "renovate.json", "Pulumi*.yaml"),
    *("Cargo.lock", MANIFEST, "CargoLambda.toml", "rust-toolchain", "rust-toolchain.toml", "__main__.py"),
)
"""Top-level names of a package that are not part of binaries, unless code includes them or a target is there.
Configuration files and manifests count by content."""
NOT_BUILT_NAME = re.compile("|".join(map(fnmatch.translate, NOT_BUILT)))

BYTECODE = "__pycache__"
MARKERS = ("CACHEDIR.TAG", "pyvenv.cfg")
"""Files that mark their folder as a target folder, a cache or a virtual environment."""

CHUNK_BYTES = 1 << 20
READ_BY_CODE = re.compile(
    r"""(?:include(?:_str|_bytes)?!\s*[(\[{]\s*|\#!?\[\s*path\s*=\s*)
        (?P<root>concat!\s*\(\s*env!\s*\(\s*"CARGO_MANIFEST_DIR"\s*\)\s*,\s*)?"(?P<name>[^"\\]+)\"""",
    re.VERBOSE,
)
TEST_BLOCK = re.compile(
    r"^#\[cfg\((?:test|all\(test\b.*)\)\]\n(?:#\[.*\]\n)*(?:pub )?mod \w+ \{\n.*?^\}", re.MULTILINE | re.DOTALL
)
MODULE = re.compile(
    r"^(?P<attributes>(?:[ \t]*#\[.*\][ \t]*\n)*)[ \t]*(?:pub(?:\(.*?\))?[ \t]+)?mod[ \t]+(?:r#)?(?P<name>\w+)[ \t]*;",
    re.MULTILINE,
)
FOR_TESTS = re.compile(r"#\[cfg\((?:test|all\(test\b.*)\)\]")


@dataclass(frozen=True)
class SourceFile:
    """One file that a build reads."""

    origin: Path
    sha256: str
    normalized: bool
    """Whether the checkout changed its line endings: the build reads LF instead of CRLF."""

    def read(self) -> Iterator[bytes]:
        """Yield the content as the build sees it."""
        return _content(self.origin, self.normalized)


class Sources:
    """Lists and reads files; calls git once per repository."""

    def __init__(self, folders: Iterable[Path], program: Path) -> None:
        """Prepare to read `folders` in a program's folder."""
        self._program = program
        self._tracked: dict[Path, list[str]] = {}
        self._files: dict[Path, SourceFile] = {}
        by_repository: dict[Path, set[Path]] = {}
        for folder in folders:
            real = folder.resolve()
            if top := repository_root(real):
                by_repository.setdefault(top, set()).add(real)
        for top, real_folders in by_repository.items():
            self._tracked[top] = _git_files(top, real_folders)

    def package(self, package: Package) -> dict[str, SourceFile]:
        """Return the files of a package by their path in it, `/` between folders.

        Raises:
            BuildError: a link leads out of the repository, or a file cannot be read.
        """
        listed = dict(self._listed(package.folder))
        manifests = (name.rpartition("/") for name in listed if name.endswith(f"/{MANIFEST}"))
        listed = _outside(listed, {folder for folder, _, _ in manifests})
        covered = {name: path for name, path in listed.items() if not not_built(name, package)}
        code = {name: self._code(path) for name, path in covered.items() if name.endswith(".rs")}
        tests = _test_modules(code)
        covered = _outside(covered, tests)
        code = {name: text for name, text in code.items() if name in covered}
        for name in _included(code):
            if name in listed and name != MANIFEST:
                covered[name] = listed[name]
        return {name: self.file(path) for name, path in covered.items()}

    def folder(self, path: Path) -> dict[str, SourceFile]:
        """Return every file of a folder, or a single file under the name `""`."""
        if path.is_file():
            return {"": self.file(path.resolve())}
        return {name: self.file(real) for name, real in self._listed(path)}

    def names_without_links(self, folder: Path) -> Iterator[str]:
        """Yield the path of every file of a folder, relative to it.

        Raises:
            BuildError: a file is a symbolic link, or below one.
        """
        top = repository_root(folder)
        for name in self._names(folder, top):
            path = folder / name
            if path.resolve() != path:
                raise BuildError(f"{path} is a symbolic link, or below one: put the real file there")
            if path.is_dir():
                yield from (f"{name}/{inner}" for inner in self.names_without_links(path))
            elif path.exists():
                yield name

    def file(self, path: Path) -> SourceFile:
        """Return a file with its digest, which is cached.

        Raises:
            BuildError: the file cannot be read.
        """
        if path not in self._files:
            if path.suffix == ".rs":
                self._code(path)
            else:
                self._files[path] = _data(path)
        return self._files[path]

    def _code(self, path: Path) -> str:
        """Return Rust code as rustc reads it, with LF instead of CRLF, and cache the file's digest."""
        try:
            content = path.read_bytes()
        except OSError as error:
            raise _unreadable(path, error) from None
        code = content.replace(b"\r\n", b"\n")
        self._files[path] = SourceFile(path, hashlib.sha256(code).hexdigest(), normalized=code != content)
        return code.decode(errors="replace")

    def _listed(self, folder: Path, above: tuple[Path, ...] = ()) -> Iterator[tuple[str, Path]]:
        """Yield the files below a folder with their resolved paths."""
        real = folder.resolve()
        if real in above:
            raise BuildError(f"{folder} is a link to a folder above it: remove the link")
        top = repository_root(real)
        for name in self._names(real, top):
            path = real / name
            try:
                mode = path.lstat().st_mode
            except (FileNotFoundError, NotADirectoryError):
                continue
            if stat.S_ISLNK(mode):
                target = path.resolve()
                if not target.exists():
                    continue
                if not target.is_relative_to(self._limit(real, top)):
                    raise BuildError(
                        f"{path} is a link to {target}, outside the repository: other machines do not have it. "
                        "Keep the file in the repository"
                    )
                path, mode = target, target.stat().st_mode
            if stat.S_ISDIR(mode):
                for inner, inner_real in self._listed(path, (*above, real)):
                    yield f"{name}/{inner}", inner_real
            elif stat.S_ISREG(mode):
                yield name, path

    def _limit(self, folder: Path, top: Path | None) -> Path:
        if top:
            return top
        return self._program if folder.is_relative_to(self._program) else folder

    def _names(self, folder: Path, top: Path | None) -> list[str]:
        if top is None:
            return list(_walk(folder))
        prefix = "" if folder == top else f"{folder.relative_to(top).as_posix()}/"
        names = _below(prefix, self._tracked.get(top, []))
        if not names:
            self._tracked[top] = sorted({*self._tracked.get(top, []), *_git_files(top, {folder})})
            names = _below(prefix, self._tracked[top])
        if not names and prefix and _git(top, "check-ignore", "--", prefix):
            return list(_walk(folder))
        return [name[len(prefix) :].rstrip("/") for name in names if name != prefix]


def _below(prefix: str, names: list[str]) -> list[str]:
    """Return those of some sorted names that begin with a folder's name and `/`, or all of them without a prefix."""
    if not prefix:
        return names
    # `0` is the character after `/`.
    return names[bisect.bisect_left(names, prefix) : bisect.bisect_left(names, f"{prefix[:-1]}0")]


def _git_files(top: Path, folders: Iterable[Path]) -> list[str]:
    """Return the files below `folders` that git tracks or would not ignore, sorted, relative to the repository."""
    command = ["--literal-pathspecs", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"]
    names = [folder.relative_to(top).as_posix() for folder in folders]
    listed = _git(top, *command, *names).split(b"\0")
    return _without_generated(sorted({os.fsdecode(name) for name in listed if name}))


def _without_generated(names: list[str]) -> list[str]:
    """Return the files that are not in a generated folder, which somebody may have forgotten to ignore."""
    marked = {folder for folder, _, file in (name.rpartition("/") for name in names) if folder and file in MARKERS}
    folders = tuple(f"{folder}/" for folder in marked)
    return [name for name in names if not name.startswith(folders) and f"/{BYTECODE}/" not in f"/{name}"]


def _git(folder: Path, *arguments: str) -> bytes:
    # git's variables in hooks refer to another repository, and a file monitor would start another process.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    options = ("-c", "safe.directory=*", "-c", "core.fsmonitor=false")
    try:
        done = subprocess.run(
            ["git", *options, *arguments], cwd=folder, env=environment, capture_output=True, check=False
        )
    except FileNotFoundError:
        raise BuildError(f"git is not on the PATH: it lists the sources of {folder}. Install git") from None
    if done.returncode not in (0, 1):
        raise BuildError(f"git cannot list the sources of {folder}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def _walk(folder: Path) -> Iterator[str]:
    for parent, folders, files in os.walk(folder):
        inner = [name for name in folders if not _is_generated(Path(parent, name))]
        folders[:] = [name for name in inner if not Path(parent, name).is_symlink()]
        links = [name for name in inner if Path(parent, name).is_symlink()]
        for name in (*files, *links):
            yield Path(parent, name).relative_to(folder).as_posix()


def _is_generated(folder: Path) -> bool:
    """Return whether a folder is a target folder, a virtual environment or a cache."""
    return folder.name == BYTECODE or any((folder / name).exists() for name in MARKERS)


def _outside(files: Mapping[str, Path], places: Iterable[str]) -> dict[str, Path]:
    """Return the files that are neither one of some files and folders nor below one."""
    prefixes = tuple(f"{place}/" for place in places)
    return {name: path for name, path in files.items() if not f"{name}/".startswith(prefixes)}


def not_built(name: str, package: Package) -> bool:
    """Return whether a file of a package is not part of binaries, by its path in the package."""
    top = name.split("/", 1)[0]
    return NOT_BUILT_NAME.match(top) is not None and top not in package.target_places


def _included(code: Mapping[str, str]) -> Iterator[str]:
    """Yield the files of the package that its code names in `include_str!`, `#[path]` and the like."""
    for name, text in code.items():
        if "include" not in text and "path" not in text:
            continue
        for match in READ_BY_CODE.finditer(TEST_BLOCK.sub("", text)):
            base = PurePosixPath() if match["root"] else PurePosixPath(name).parent
            yield os.path.normpath(base / (match["name"].lstrip("/") if match["root"] else match["name"]))


def _test_modules(code: Mapping[str, str]) -> set[str]:
    """Return the files and folders of modules that exist only in tests: `#[cfg(test)] mod name;`."""
    for_tests: set[str] = set()
    for_all: set[str] = set()
    for name, text in code.items():
        if "mod" not in text:
            continue
        for match in MODULE.finditer(text):
            only_tests = FOR_TESTS.search(match["attributes"]) and "path" not in match["attributes"]
            (for_tests if only_tests else for_all).update(_module_places(name, match["name"]))
    return for_tests - for_all


def _module_places(name: str, module: str) -> tuple[str, ...]:
    parent, _, file = name.rpartition("/")
    is_root = file in ("lib.rs", "main.rs", "mod.rs", "build.rs") or parent == "src/bin"
    folder = parent if is_root else name.removesuffix(".rs")
    place = f"{folder}/{module}" if folder else module
    return f"{place}.rs", place


def _data(path: Path) -> SourceFile:
    """Return a file that is not Rust code; git knows whether the checkout changed its line endings."""
    try:
        digest, has_crlf = _hash(path, normalized=False)
        normalized = has_crlf and _git_normalizes(path)
        if normalized:
            digest, _ = _hash(path, normalized=True)
    except OSError as error:
        raise _unreadable(path, error) from None
    return SourceFile(path, digest, normalized)


def _unreadable(path: Path, error: OSError) -> BuildError:
    return BuildError(f"{path} cannot be read: {error.strerror}")


def _hash(path: Path, *, normalized: bool) -> tuple[str, bool]:
    """Return the SHA-256 of a file, and whether it has CRLF line endings."""
    digest, has_crlf, last = hashlib.sha256(), False, b""
    for chunk in _content(path, normalized):
        has_crlf = has_crlf or b"\r\n" in last + chunk
        last = chunk[-1:]
        digest.update(chunk)
    return digest.hexdigest(), has_crlf


def _content(path: Path, normalized: bool) -> Iterator[bytes]:
    with path.open("rb") as file:
        pending = b""
        while chunk := file.read(CHUNK_BYTES):
            if normalized:
                chunk = pending + chunk
                pending = b"\r" if chunk.endswith(b"\r") else b""
                chunk = chunk[: len(chunk) - len(pending)].replace(b"\r\n", b"\n")
            yield chunk
        if pending:
            yield pending


def _git_normalizes(path: Path) -> bool:
    """Return whether git would store the file with LF, so that only this checkout has CRLF."""
    top = repository_root(path.parent)
    if top is None:
        return False
    fields = (
        _git(path.parent, "--literal-pathspecs", "ls-files", "--eol", "--", path.name).decode(errors="replace").split()
    )
    if not fields or fields[0] != "i/lf":
        return False
    attributes = fields[2]
    if attributes.startswith("attr/text"):
        return True
    return attributes == "attr/" and _autocrlf(top)


@cache
def _autocrlf(top: Path) -> bool:
    return _git(top, "config", "--get", "core.autocrlf").decode().strip() in ("true", "input")
