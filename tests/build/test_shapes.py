"""Every shape of project that Cargo builds is built, or refused with the file and the remedy."""

import json
import os
import random
import resource
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from components.build.plan import BuildError
from components.build.workspace import read_workspace
from tests.build.projects import PROFILE, TOOLCHAIN, WORKSPACE, Project, lock, manifest, members, prints

LONE = {
    "rust/Cargo.toml": manifest("app", "\n" + PROFILE),
    "rust/Cargo.lock": lock("app"),
    "rust/rust-toolchain.toml": TOOLCHAIN,
    "rust/src/main.rs": prints('"lone"'),
}


def test_a_package_without_a_workspace(empty: Project) -> None:
    empty.write(LONE)
    assert empty.run() == "lone"


def test_a_member_named_as_the_path_of_a_larger_workspace(project: Project) -> None:
    member = replace(project, path="rust/functions/app")
    assert member.run() == "word"
    assert member.keys() == project.keys()


def test_members_that_are_only_path_dependencies(project: Project) -> None:
    project.write({"rust/Cargo.toml": f'[workspace]\nmembers = ["functions/*"]\nresolver = "3"\n\n{PROFILE}'})
    assert project.run() == "word"


def test_a_path_dependency_below_an_empty_workspace_table(empty: Project) -> None:
    empty.write(
        {
            **LONE,
            "rust/Cargo.toml": manifest(
                "app", f'\n[workspace]\n\n[dependencies]\nshared = {{ path = "shared" }}\n{PROFILE}'
            ),
            "rust/Cargo.lock": lock("app", "shared", app="shared"),
            "rust/shared/Cargo.toml": manifest("shared"),
            "rust/shared/src/lib.rs": "",
            "rust/shared/src/bin/tool.rs": prints('"tool"'),
        }
    )
    assert replace(empty, binaries=("app", "tool")).run("tool") == "tool"


def test_path_dependencies_outside_the_workspace(project: Project) -> None:
    project.write(
        {
            "rust/functions/app/Cargo.toml": manifest(
                "app", '\n[dependencies]\nshared = { path = "../../../libs/shared" }\n'
            ),
            "libs/Cargo.toml": '[workspace]\nmembers = ["*"]\n[workspace.package]\nversion = "0.1.0"\n',
            "libs/shared/Cargo.toml": '[package]\nname = "shared"\nversion.workspace = true\nedition = "2024"\n',
            "libs/shared/src/lib.rs": 'pub const WORD: &str = "outside";\n',
        }
    )
    shutil.rmtree(project.folder / "rust/crates")
    project.write({"rust/Cargo.toml": f'[workspace]\nmembers = ["functions/*"]\nresolver = "3"\n\n{PROFILE}'})
    before = project.keys()
    assert project.run() == "outside"
    project.write({"libs/shared/src/lib.rs": 'pub const WORD: &str = "edited";\n'})
    assert project.keys() != before
    assert project.run() == "edited"


def test_toml_1_1_and_a_byte_order_mark(project: Project) -> None:
    text = manifest("app", '\n[dependencies]\nshared = {\n    path = "../../crates/shared",\n}\n')
    project.write({"rust/functions/app/Cargo.toml": b"\xef\xbb\xbf" + text.encode()})
    assert project.run() == "word"


def test_another_spelling_of_a_path_is_the_same_binary(project: Project) -> None:
    needs = '\n[dependencies]\nshared = { path = "../../crates/shared" }\n'
    rest = f'{needs}\n[[bin]]\nname = "app-bin"\npath = "./src/main.rs"\n'
    project.write({"rust/functions/app/Cargo.toml": manifest("app", rest)})
    assert members(project.folder / "rust")[1] == {"app-bin", "other"}
    assert replace(project, binaries=("app-bin",)).run("app-bin") == "word"


@pytest.mark.parametrize("folder", ["events", "examples", "tests"])
def test_a_binary_in_a_folder_that_is_usually_not_built(project: Project, folder: str) -> None:
    path = f"rust/functions/app/{folder}"
    target = f'\n[[bin]]\nname = "order"\npath = "./{folder}/order.rs"\n'
    project.write(
        {
            "rust/functions/app/Cargo.toml": manifest("app", target),
            "rust/Cargo.lock": lock("app", "other", "shared"),
            f"{path}/order.rs": "mod word;\n" + prints("word::WORD"),
            f"{path}/word.rs": 'pub const WORD: &str = "one";\n',
        }
    )
    order = replace(project, binaries=("order",))
    assert order.run("order") == "one"
    project.write({f"{path}/word.rs": 'pub const WORD: &str = "two";\n'})
    assert order.run("order") == "two"


def test_a_tool_that_links_a_foreign_library_blocks_nothing(project: Project) -> None:
    project.write(
        {
            "rust/functions/xtask/Cargo.toml": manifest("xtask"),
            "rust/functions/xtask/src/main.rs": (
                '#[link(name = "not-on-lambda")]\nunsafe extern "C" { fn f(); }\nfn main() { unsafe { f() } }\n'
            ),
            "rust/Cargo.lock": lock("app", "other", "shared", "xtask", app="shared"),
        }
    )
    assert project.run() == "word"


def test_code_that_a_build_script_generates_into_the_sources(project: Project) -> None:
    script = 'fn main() { std::fs::write("src/generated.rs", "pub const WORD: u8 = 7;").unwrap(); }\n'
    project.write(
        {
            ".gitignore": "generated.rs\ntarget\n",
            "rust/functions/app/build.rs": script,
            "rust/functions/app/src/main.rs": "mod generated;\n" + prints("generated::WORD"),
        }
    )
    project.commit()
    assert project.run() == "7"
    project.write({"rust/functions/app/build.rs": script.replace("7", "8")})
    assert project.run() == "8"


def test_a_file_name_that_is_not_utf_8(project: Project) -> None:
    for commits in (False, True):
        name = os.fsencode(project.folder / "rust/functions/app/src") + b"/\xff\xfe.txt"
        Path(os.fsdecode(name)).write_bytes(b"x" if commits else b"y")
        if commits:
            project.commit()
        assert project.run() == "word"


def test_a_folder_name_with_spaces_and_quotes(project: Project, tmp_path: Path) -> None:
    spaced = tmp_path / "it's a folder"
    project.folder.rename(spaced)
    assert replace(project, folder=spaced, target=spaced / "rust/target").run() == "word"


def test_a_large_file_does_not_fill_the_memory(project: Project) -> None:
    large = project.folder / "rust/functions/app/data/large.bin"
    large.parent.mkdir()
    with large.open("wb") as file:
        file.truncate(600_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    project.keys()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


REFUSED = {
    "no project": ({"rust/Cargo.toml": None}, r"rust/Cargo\.toml does not exist: name the folder of a Cargo project"),
    "no lock": ({"rust/Cargo.lock": None}, r"Cargo\.lock does not exist: run `cargo generate-lockfile` there"),
    "no TOML": ({"rust/functions/app/Cargo.toml": "[package"}, r"app/Cargo\.toml cannot be read as TOML"),
    "bytes": ({"rust/functions/app/Cargo.toml": b"\xff\xfe"}, r"app/Cargo\.toml cannot be read as TOML"),
    "no name": ({"rust/functions/app/Cargo.toml": "[package]\n"}, r"app/Cargo\.toml has no package\.name"),
    "absolute": (
        {"rust/functions/app/Cargo.toml": manifest("app", '\n[dependencies]\nshared = { path = "/shared" }\n')},
        "names the absolute path /shared: use a path relative",
    ),
    "compiler": (
        {"rust/.cargo/config.toml": '[build]\nrustc = "my-rustc"\n'},
        r"chooses a compiler by build\.rustc: pin one in rust-toolchain\.toml",
    ),
    "lock that does not fit": ({"rust/Cargo.lock": lock("other")}, "Cargo.lock has no package app: run `cargo update"),
    "inherited from nothing": (
        {"rust/functions/app/Cargo.toml": manifest("app", "\n[dependencies]\nserde.workspace = true\n")},
        "inherits the dependency serde, which .* lacks in workspace.dependencies",
    ),
    "no such binary": ({"rust/functions/app/src/main.rs": None}, "has no binary app. Create it, or name one"),
}


@pytest.mark.parametrize(("files", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_a_refusal_names_the_file_and_the_remedy(
    project: Project, files: dict[str, str | bytes | None], message: str
) -> None:
    for name, content in files.items():
        if content is None:
            (project.folder / name).unlink()
        else:
            project.write({name: content})
    with pytest.raises(BuildError, match=message):
        project.build()


def test_a_package_that_is_not_a_member_is_refused(project: Project) -> None:
    project.write({"rust/alone/Cargo.toml": manifest("alone"), "rust/alone/src/main.rs": prints("1")})
    with pytest.raises(
        BuildError, match=r"lies below the workspace .* and is not a member of it: add it to workspace\.members"
    ):
        read_workspace(project.folder / "rust/alone")
    assert cargo_members(project.folder / "rust/alone") is None


def cargo_members(folder: Path) -> tuple[set[str], set[str]] | None:
    """Return what `cargo metadata --no-deps` says of members and binaries; nothing, when it refuses."""
    command = ["cargo", "metadata", "--no-deps", "--offline", "--format-version", "1"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    if done.returncode != 0:
        return None
    packages = json.loads(done.stdout)["packages"]
    binaries = {target["name"] for package in packages for target in package["targets"] if target["kind"] == ["bin"]}
    return {package["name"] for package in packages}, binaries


def random_shape(chance: random.Random) -> dict[str, str]:
    """Return a workspace of random members, globs, exclusions, path dependencies and binaries."""
    files: dict[str, str] = {}
    folders = chance.sample(["a", "b", "c", "x/a", "x/b", "y/deep/c", ".hidden", "e"], chance.randint(1, 6))
    names = {folder: f"p{index}" for index, folder in enumerate(folders)}
    for folder, name in names.items():
        others = chance.sample(folders, chance.randint(0, min(2, len(folders))))
        kind = chance.choice(
            ["dependencies", "dev-dependencies", "build-dependencies", 'target."cfg(unix)".dependencies']
        )
        needs = "".join(
            f'{names[other]} = {{ path = "{os.path.relpath(other, folder)}" }}\n'
            for other in others
            if names[other] > name
        )
        rest = f"[{kind}]\n{needs}" if needs else ""
        bins = chance.choice(["main", "main", "lib", "bins", "explicit", "renamed", "off"])
        files[f"{folder}/src/lib.rs"] = ""
        if bins in ("main", "explicit", "renamed", "off"):
            files[f"{folder}/src/main.rs"] = "fn main() {}"
        if bins == "bins":
            files[f"{folder}/src/bin/{name}-one.rs"] = "fn main() {}"
            files[f"{folder}/src/bin/{name}-two/main.rs"] = "fn main() {}"
        extra = {
            "explicit": f'[[bin]]\nname = "{name}"\n',
            "renamed": (
                f'[[bin]]\nname = "{name}-renamed"\npath = "{chance.choice(["", "./", "src/../"])}src/main.rs"\n'
            ),
        }.get(bins, "")
        off = "autobins = false\n" if bins == "off" else ""
        files[f"{folder}/Cargo.toml"] = manifest(name, f"{off}{extra}{rest}")
    patterns = chance.sample(["a", "b", "c", "x/*", "./a", "y/**", "*", "y/deep/c", "e/"], chance.randint(0, 3))
    excluded = chance.sample(["a", "x", "x/b", "e"], chance.randint(0, 2))
    root = f'[workspace]\nresolver = "3"\nmembers = {patterns!r}\nexclude = {excluded!r}\n'
    is_empty = chance.random() < 0.2
    if is_empty:
        root = "[workspace]\n"
    if is_empty or chance.random() < 0.4:
        root += manifest(
            "root", chance.choice(["", "[dependencies]\n" + f'{names[folders[0]]} = {{ path = "{folders[0]}" }}\n'])
        )
        files["src/main.rs"] = "fn main() {}"
    files["Cargo.toml"] = root
    return files


@pytest.mark.parametrize("seed", range(150))
def test_members_and_binaries_are_those_of_cargo(empty: Project, seed: int) -> None:
    empty.write(random_shape(random.Random(seed)))
    expected = cargo_members(empty.folder)
    if expected is None:
        with pytest.raises(BuildError):
            members(empty.folder)
    else:
        assert members(empty.folder) == expected


def test_this_workspace_is_read_as_by_cargo() -> None:
    folder = Path(__file__).parents[2] / "rust"
    assert members(folder) == cargo_members(folder)


assert WORKSPACE
