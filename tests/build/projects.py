"""Cargo projects on disk, built by the program that the Command runs, up to the upload."""

import io
import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from components.architecture import host_architecture
from components.build.artifacts import build
from components.build.inputs import BuildInputs, read_inputs
from components.build.plan import BuildPlan, BuildSettings
from components.build.workspace import read_workspace

IDENTITY = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false")
SETTINGS = BuildSettings(architecture=host_architecture(), profile="quick")
PROFILE = '[profile.quick]\ninherits = "release"\nopt-level = 0\nstrip = true\n'
TOOLCHAIN = '[toolchain]\nchannel = "1.95.0"\n'


def manifest(name: str, rest: str = "") -> str:
    """Return the manifest of a package."""
    return f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2024"\n{rest}'


def lock(*packages: str, **dependencies: str) -> str:
    """Return the lock of packages on disk; `dependencies` has names divided by spaces."""
    entries = []
    for name in sorted(packages):
        listed = "".join(f' "{other}",\n' for other in dependencies.get(name.replace("-", "_"), "").split())
        needs = f"dependencies = [\n{listed}]\n" if listed else ""
        entries.append(f'[[package]]\nname = "{name}"\nversion = "0.1.0"\n{needs}')
    return "version = 4\n\n" + "\n".join(entries)


def prints(expression: str) -> str:
    """Return a program that prints a value."""
    return f'fn main() {{\n    println!("{{}}", {expression});\n}}\n'


WORKSPACE: Mapping[str, str | bytes] = {
    "rust/Cargo.toml": f'[workspace]\nmembers = ["crates/*", "functions/*"]\nresolver = "3"\n\n{PROFILE}',
    "rust/rust-toolchain.toml": TOOLCHAIN,
    "rust/Cargo.lock": lock("app", "other", "shared", app="shared"),
    "rust/crates/shared/Cargo.toml": manifest("shared"),
    "rust/crates/shared/src/lib.rs": 'pub const WORD: &str = "word";\n',
    "rust/functions/app/Cargo.toml": manifest("app", '\n[dependencies]\nshared = { path = "../../crates/shared" }\n'),
    "rust/functions/app/src/main.rs": prints("shared::WORD"),
    "rust/functions/other/Cargo.toml": manifest("other"),
    "rust/functions/other/src/main.rs": prints('"other"'),
}
"""`app` prints a word of `shared`; `other` uses neither."""


@dataclass(frozen=True)
class Project:
    """A program's folder with a Cargo project in it."""

    folder: Path
    target: Path
    path: str = "rust"
    settings: BuildSettings = SETTINGS
    binaries: tuple[str, ...] = ("app",)
    caller: Mapping[str, str] = field(default_factory=dict)

    def write(self, files: Mapping[str, str | bytes]) -> None:
        """Write files by their path in the program's folder."""
        for name, content in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    def git(self, *arguments: str) -> str:
        """Run git in the program's folder."""
        command = ["git", *IDENTITY, *arguments]
        return subprocess.run(command, cwd=self.folder, check=True, capture_output=True, text=True).stdout

    def commit(self) -> None:
        """Commit everything, in a new repository where there is none."""
        if not (self.folder / ".git").exists():
            self.git("init", "--quiet", "--initial-branch", "main")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "change")

    def inputs(self) -> BuildInputs:
        """Return what a build reads now."""
        return read_inputs(self.folder / self.path, self.settings, self.binaries, self.folder)

    def keys(self) -> dict[str, str]:
        """Return the key of each binary."""
        return self.inputs().keys

    def zips(self) -> dict[str, bytes]:
        """Return the zips, each built under the key that it has now from the plan as the Command gets it."""
        plan = BuildPlan.from_json(BuildPlan(workspace=self.path, settings=self.settings).to_json())
        environment = {**os.environ, "CARGO_TARGET_DIR": str(self.target), **self.caller}
        keys = self.keys()
        with working_in(self.folder):
            return build(plan, keys, set(keys), environment)

    def build(self) -> dict[str, bytes]:
        """Return the executables of the zips."""
        zips = self.zips()
        return {binary: zipfile.ZipFile(io.BytesIO(content)).read("bootstrap") for binary, content in zips.items()}

    def run(self, binary: str = "app") -> str:
        """Build, and return what a binary prints."""
        return printed(self.build()[binary], self.folder)

    def changed(self, **changes: object) -> "Project":
        """Return the project with other settings for its builds."""
        return replace(self, settings=replace(self.settings, **changes))  # type: ignore[arg-type]

    def elsewhere(self, folder: Path) -> "Project":
        """Return a copy of the files in another folder, with nothing compiled."""
        shutil.copytree(self.folder, folder / "copy", symlinks=True, ignore=shutil.ignore_patterns("target"))
        return replace(self, folder=folder / "copy", target=folder / "target")


def printed(executable: bytes, folder: Path) -> str:
    """Return what an executable prints."""
    path = folder / "target-of-a-test-run"
    path.write_bytes(executable)
    path.chmod(0o755)
    try:
        return subprocess.run([path], check=True, capture_output=True, text=True).stdout.strip()
    finally:
        path.unlink()


def members(folder: Path) -> tuple[set[str], set[str]]:
    """Return the names of the members and of the binaries of a Cargo project."""
    workspace = read_workspace(folder)
    return {member.name for member in workspace.members}, set(workspace.binaries)


@contextmanager
def working_in(folder: Path) -> Iterator[None]:
    """Change the working directory for a while."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
