"""Random edits: what an incremental build stores is what a build of the same files from nothing stores."""

import os
import random
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from tests.build.projects import WORKSPACE, Project, lock, manifest

APP = "rust/functions/app"
CODE = """\
{modules}
include!("fragment.rs");

fn main() {{
    println!("{{}} {{}} {{}} {text}", shared::WORD, FRAGMENT, env!("SCRIPT"));
    println!("{{}}", include_str!("data.txt").len());
    println!("{{}} {{:?}}", cfg!(chosen), option_env!("DECLARED"));
}}
"""
SCRIPT = """\
fn main() {{
    println!("cargo:rustc-env=SCRIPT={{}}{text}", std::fs::read_to_string("script.txt").unwrap());
}}
"""
SHARED = """\
pub const WORD: &str = if cfg!(feature = "loud") {{ "LOUD {text}" }} else {{ "quiet {text}" }};
"""
Edit = Callable[[Project, random.Random], Project]


def word(chance: random.Random) -> str:
    return chance.choice(["alpha", "beta", "gamma"])


def writes(name: str, content: Callable[[random.Random], str | bytes]) -> Edit:
    """Return an edit that writes a file, with a time of now, the past or the future."""

    def edit(project: Project, chance: random.Random) -> Project:
        project.write({name: content(chance)})
        moment = time.time() + chance.choice([0, 0, -3600, -86400, 3600])
        os.utime(project.folder / name, (moment, moment))
        return project

    return edit


def removes(name: str) -> Edit:
    def edit(project: Project, _: random.Random) -> Project:
        (project.folder / name).unlink(missing_ok=True)
        return project

    return edit


def code(chance: random.Random) -> str:
    return CODE.format(modules=chance.choice(["", "#[cfg(test)]\nmod checks;"]), text=word(chance))


def other_manifest(chance: random.Random) -> str:
    features = chance.choice(["[]", '["loud"]'])
    return manifest("other", f'\n[dependencies]\nshared = {{ path = "../../crates/shared", features = {features} }}\n')


def root_manifest(chance: random.Random) -> str:
    root = str(WORKSPACE["rust/Cargo.toml"])
    root += chance.choice(["", "# comment\n", "overflow-checks = true\n", "debug-assertions = true\n"])
    return root + chance.choice(["", '\n[workspace.lints.rust]\nunsafe_code = "forbid"\n'])


def line_endings(project: Project, chance: random.Random) -> Project:
    path = project.folder / chance.choice([f"{APP}/src/data.txt", f"{APP}/src/main.rs", f"{APP}/src/fragment.rs"])
    plain = path.read_bytes().replace(b"\r\n", b"\n")
    path.write_bytes(plain.replace(b"\n", b"\r\n") if chance.random() < 0.5 else plain)
    return project


def link(project: Project, chance: random.Random) -> Project:
    path = project.folder / f"{APP}/src/fragment.rs"
    path.unlink()
    if chance.random() < 0.5:
        path.symlink_to("../../../../common/fragment.rs")
    else:
        path.write_text('const FRAGMENT: &str = "a file";\n')
    return project


def damage_stage(project: Project, chance: random.Random) -> Project:
    files = sorted(path for path in (project.target / "rust-serverless/sources").rglob("*.rs") if path.is_file())
    if files:
        victim = chance.choice(files)
        damages: list[Callable[[], object]] = [
            victim.unlink,
            partial(victim.write_text, "damaged"),
            partial(os.utime, victim, (0, 0)),
        ]
        chance.choice(damages)()
    return project


def commit_or_stash(project: Project, chance: random.Random) -> Project:
    if chance.random() < 0.5:
        project.commit()
    else:
        project.git("stash", "--quiet", "--include-untracked")
        if chance.random() < 0.5:
            project.git("stash", "pop", "--quiet")
    return project


def choose_binaries(project: Project, chance: random.Random) -> Project:
    return replace(project, binaries=chance.choice([("app",), ("app", "other")]))


def declare_variable(project: Project, chance: random.Random) -> Project:
    return project.changed(environment=chance.choice([{}, {"DECLARED": word(chance)}]))


EDITS: dict[str, Edit] = {
    "code": writes(f"{APP}/src/main.rs", code),
    "library": writes("rust/crates/shared/src/lib.rs", lambda chance: SHARED.format(text=word(chance))),
    "data": writes(
        f"{APP}/src/data.txt", lambda chance: chance.choice(["one\n", "one\r\n", "one\ntwo\n", "\0\r\n\xff"])
    ),
    "linked file": writes("common/fragment.rs", lambda chance: f'const FRAGMENT: &str = "linked {word(chance)}";\n'),
    "link": link,
    "script": writes(f"{APP}/build.rs", lambda chance: SCRIPT.format(text=word(chance))),
    "file of the script": writes(f"{APP}/script.txt", word),
    "test module": writes(f"{APP}/src/checks.rs", lambda chance: f"#[test] fn {word(chance)}() {{}}\n"),
    "test": writes(f"{APP}/tests/it.rs", lambda chance: f"#[test] fn {word(chance)}() {{}}\n"),
    "page": writes(f"{APP}/README.md", word),
    "asset": writes(f"{APP}/assets/new.txt", word),
    "no asset": removes(f"{APP}/assets/new.txt"),
    "feature of another": writes("rust/functions/other/Cargo.toml", other_manifest),
    "root manifest": writes("rust/Cargo.toml", root_manifest),
    "flags": writes(
        "rust/.cargo/config.toml", lambda chance: chance.choice(["", '[build]\nrustflags = ["--cfg", "chosen"]\n'])
    ),
    "flags above": writes(
        ".cargo/config.toml", lambda chance: chance.choice(["", '[build]\nrustflags = ["--cfg", "chosen"]\n'])
    ),
    "line endings": line_endings,
    "history": commit_or_stash,
    "stage": damage_stage,
    "binaries": choose_binaries,
    "variables": declare_variable,
}
START: dict[str, str | bytes] = {
    **WORKSPACE,
    ".gitignore": "target\n",
    "common/fragment.rs": 'const FRAGMENT: &str = "linked";\n',
    "rust/Cargo.lock": lock("app", "other", "shared", app="shared", other="shared"),
    "rust/crates/shared/Cargo.toml": manifest("shared", "\n[features]\nloud = []\n"),
    "rust/crates/shared/src/lib.rs": SHARED.format(text="start"),
    "rust/functions/other/Cargo.toml": other_manifest(random.Random(0)),
    f"{APP}/src/main.rs": CODE.format(modules="", text="start"),
    f"{APP}/src/fragment.rs": 'const FRAGMENT: &str = "a file";\n',
    f"{APP}/src/data.txt": "data\n",
    f"{APP}/src/checks.rs": "",
    f"{APP}/build.rs": SCRIPT.format(text=""),
    f"{APP}/script.txt": "script",
}
SEEDS = 4


@pytest.mark.parametrize("seed", range(SEEDS))
def test_incremental_and_clean_builds_store_the_same(
    empty: Project, seed: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    chance = random.Random(seed)
    project = replace(empty, target=tmp_path / "in-place")
    project.write(START)
    project.commit()
    stored: dict[str, bytes] = {}
    for step in range(request.config.getoption("twins") // SEEDS):
        names = chance.sample(sorted(EDITS), chance.choice([1, 1, 1, 2, 3]))
        for name in names:
            project = EDITS[name](project, chance)
        fresh = project.elsewhere(tmp_path / f"twin-{step}")
        keys = project.keys()
        assert fresh.keys() == keys, names
        in_place = project.build()
        if not stored.keys() >= set(keys.values()):
            from_nothing = fresh.build()
            for binary, key in keys.items():
                assert stored.setdefault(key, from_nothing[binary]) == from_nothing[binary], (step, names, binary)
        for binary, key in keys.items():
            assert in_place[binary] == stored[key], (step, names, binary)
