"""The part of `Cargo.lock` that a binary can use."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .manifest import Package, Toml, read_toml
from .plan import BuildError
from .workspace import Workspace

Identity = tuple[str, str, str]
"""Name, version and source; packages on disk have no source."""


@dataclass(frozen=True, kw_only=True)
class Closure:
    """The packages that a binary may be linked from."""

    owner: Package
    packages: Mapping[str, Package]
    """The packages on disk, by name."""
    locked: Mapping[Identity, Toml]
    """The entries of the lock."""


class Lock:
    """A parsed `Cargo.lock`."""

    def __init__(self, workspace: Workspace, path: Path | None = None) -> None:
        """Read the lock file of a workspace, or another one instead.

        Raises:
            BuildError: it does not exist or is not TOML.
        """
        self._workspace = workspace
        self.path = path or workspace.folder / "Cargo.lock"
        if not self.path.is_file():
            raise BuildError(f"{self.path} does not exist: run `cargo generate-lockfile` there and commit the file")
        self._by_reference: dict[str, list[Toml]] = {}
        for entry in read_toml(self.path).get("package", []):
            for reference in _references_to(entry):
                self._by_reference.setdefault(reference, []).append(entry)

    def closure(self, owner: Package) -> Closure:
        """Return the packages that the binaries of a member are built from.

        Raises:
            BuildError: the lock does not fit the manifests.
        """
        packages = self._workspace.by_path([owner])
        seen: dict[Identity, Toml] = {}
        pending = [self._entry_on_disk(owner.name)]
        while pending:
            entry = pending.pop()
            if identity(entry) in seen:
                continue
            seen[identity(entry)] = entry
            self._add_substitute(entry, packages)
            pending += self.references(entry, packages)
        return Closure(owner=owner, packages=packages, locked=seen)

    def references(self, entry: Toml, packages: Mapping[str, Package]) -> Iterator[Toml]:
        """Yield the dependencies of an entry; for packages on disk, including those of tests."""
        package = packages.get(entry["name"]) if "source" not in entry else None
        for reference in entry.get("dependencies", []):
            if package is None or reference.split(" ", 1)[0] in package.dependencies:
                yield self._entry(reference)

    def _add_substitute(self, entry: Toml, packages: dict[str, Package]) -> None:
        name = entry["name"]
        substitute = self._workspace.substitutes.get(name)
        if substitute and name not in packages:
            packages |= {
                key: value for key, value in self._workspace.by_path([substitute]).items() if key not in packages
            }
        elif "source" not in entry and name not in packages:
            raise BuildError(
                f"{self.path} has the package {name}, which no manifest names: run `cargo update --workspace`"
            )

    def _entry(self, reference: str) -> Toml:
        """Return the entry that a dependency names."""
        found = self._by_reference.get(reference, [])
        # A registry's package is named with its source if one on disk has the same name and version.
        return found[0] if len(found) == 1 else self._entry_on_disk(reference)

    def _entry_on_disk(self, reference: str) -> Toml:
        """Return the entry of a package on disk: a registry may have others of its name."""
        found = [entry for entry in self._by_reference.get(reference, []) if "source" not in entry]
        if len(found) == 1:
            return found[0]
        if found:
            raise BuildError(f"{self.path} has several packages {reference} on disk: rename all but one of them")
        raise BuildError(f"{self.path} has no package {reference}: run `cargo update --workspace` and commit the lock")


def _references_to(entry: Toml) -> tuple[str, ...]:
    """Return the three forms in which Cargo writes a reference: `name`, `name version`, `name version (source)`."""
    name, version, source = identity(entry)
    return name, f"{name} {version}", f"{name} {version} ({source})"


def identity(entry: Toml) -> Identity:
    """Return the identity of an entry."""
    return entry["name"], entry["version"], entry.get("source", "")


def reaching(lock: Lock, targets: Closure, closures: Iterable[Closure]) -> dict[Identity, Toml]:
    """Return the entries outside a closure that depend on entries in it.

    They affect the features of shared packages, because Cargo unifies features over everything that it builds
    together.
    """
    outside: dict[Identity, list[Identity]] = {}
    entries: dict[Identity, Toml] = {}
    for closure in closures:
        for key, entry in closure.locked.items():
            if key not in targets.locked and key not in outside:
                outside[key] = [identity(other) for other in lock.references(entry, closure.packages)]
                entries[key] = entry
    users: dict[Identity, list[Identity]] = {}
    for key, dependencies in outside.items():
        for dependency in dependencies:
            users.setdefault(dependency, []).append(key)
    found: set[Identity] = set()
    pending = [user for key in targets.locked for user in users.get(key, [])]
    while pending:
        key = pending.pop()
        if key not in found:
            found.add(key)
            pending += users.get(key, [])
    return {key: entries[key] for key in sorted(found)}
