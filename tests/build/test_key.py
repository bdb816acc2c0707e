"""What changes a binary changes its key, or is refused; nothing else moves a key."""

import os
import shutil
from dataclasses import replace

import pytest

from components.architecture import Architecture
from components.build.plan import BuildError
from tests.build.projects import PROFILE, TOOLCHAIN, WORKSPACE, Project, lock, manifest, prints

APP = "rust/functions/app"
MAIN = f"{APP}/src/main.rs"
APP_MANIFEST = manifest("app", '\n[dependencies]\nshared = { path = "../../crates/shared" }\n')
ROOT = str(WORKSPACE["rust/Cargo.toml"])


def test_a_linked_folder_counts_with_its_content(project: Project) -> None:
    project.write(
        {
            "common/word.rs": 'pub const WORD: &str = "first";\n',
            MAIN: "mod linked { pub mod word; }\n" + prints("linked::word::WORD"),
        }
    )
    (project.folder / APP / "src/linked").symlink_to("../../../../common")
    project.commit()
    before = project.keys()
    assert project.run() == "first"
    project.write({"common/word.rs": 'pub const WORD: &str = "second";\n'})
    assert project.keys() != before
    assert project.run() == "second"


def test_a_link_out_of_the_repository_is_refused(project: Project, tmp_path_factory: pytest.TempPathFactory) -> None:
    project.commit()
    outside = tmp_path_factory.mktemp("outside") / "word.txt"
    outside.write_text("word")
    (project.folder / APP / "src/word.txt").symlink_to(outside)
    with pytest.raises(BuildError, match=r"word\.txt is a link to .*, outside the repository"):
        project.keys()


def test_links_to_parent_folders_are_refused_dangling_ones_ignored(project: Project) -> None:
    project.commit()
    before = project.keys()
    (project.folder / APP / "src/nothing").symlink_to("gone")
    assert project.keys() == before
    (project.folder / APP / "src/loop").symlink_to("..")
    with pytest.raises(BuildError, match="is a link to a folder above it"):
        project.keys()


@pytest.mark.parametrize(
    ("code", "file"),
    [
        (prints('include_str!("../../../../text/word.txt").trim()'), "text/word.txt"),
        ('#[path = "../../../../text/word.rs"]\nmod word;\n' + prints("word::WORD"), "text/word.rs"),
        ('include!("../../../../text/word.rs");\n' + prints("WORD"), "text/word.rs"),
    ],
)
def test_a_file_outside_the_package_must_be_included(project: Project, code: str, file: str) -> None:
    contents = {
        word: f'pub const WORD: &str = "{word}";\n' if file.endswith(".rs") else word for word in ("one", "two")
    }
    project.write({MAIN: code, file: contents["one"]})
    with pytest.raises(BuildError, match="`include` of the RustWorkspace"):
        project.build()
    including = project.changed(include=(f"../{file}",))
    before = including.keys()
    assert including.run() == "one"
    project.write({file: contents["two"]})
    assert including.keys() != before
    assert including.run() == "two"
    assert project.changed(include=("../text",)).run() == "two"
    member = replace(project, path="rust/functions/app")
    assert member.changed(include=(f"../../../{file}",)).run() == "two"


def test_a_file_of_another_package_must_be_included_too(project: Project) -> None:
    project.write({MAIN: prints('include_str!("../../other/src/main.rs").len()')})
    with pytest.raises(BuildError, match=r"functions/other/src/main\.rs|`include` of the RustWorkspace"):
        project.build()
    # Also when the other package lies in the stage, because its binary is built as well.
    with pytest.raises(
        BuildError, match=r"app reads .*functions/other/src/main\.rs.*'functions/other/src/main\.rs' to `include`"
    ):
        replace(project, binaries=("app", "other")).build()


def test_a_binary_outside_its_package_must_be_included(project: Project) -> None:
    rest = '\n[[bin]]\nname = "app"\npath = "../../../mains/app.rs"\n'
    project.write({f"{APP}/Cargo.toml": manifest("app", rest), "mains/app.rs": prints('"outside"')})
    project.write({"rust/Cargo.lock": lock("app", "other", "shared")})
    (project.folder / MAIN).unlink()
    with pytest.raises(BuildError, match="`include`"):
        project.build()
    assert project.changed(include=("../mains",)).run() == "outside"


@pytest.mark.parametrize("declared", ['println!("cargo:rerun-if-changed=../../../proto/api.txt");', ""])
def test_other_files_that_a_build_script_reads_must_be_included(project: Project, declared: str) -> None:
    script = (
        f'fn main() {{ {declared} let word = std::fs::read_to_string("../../../proto/api.txt").unwrap_or_default();\n'
        'println!("cargo:rustc-env=WORD={word}"); }\n'
    )
    project.write({f"{APP}/build.rs": script, MAIN: prints('env!("WORD")'), "proto/api.txt": "one"})
    if declared:
        with pytest.raises(BuildError, match=r"app reads .*proto/api\.txt.*'\.\./proto/api\.txt' to `include`"):
            project.build()
    including = project.changed(include=("../proto",))
    assert including.run() == "one"
    project.write({"proto/api.txt": "two"})
    assert including.run() == "two"


@pytest.mark.parametrize("spelling", ["build-dependencies", "build_dependencies"])
def test_the_dependencies_of_a_build_script_count(project: Project, spelling: str) -> None:
    rest = f'\n[{spelling}]\nshared = {{ path = "../../crates/shared" }}\n'.replace("2024", "2021")
    script = 'fn main() { println!("cargo:rustc-env=WORD={}", shared::WORD); }\n'
    text = manifest("app", rest).replace("2024", "2021")
    project.write({f"{APP}/Cargo.toml": text, f"{APP}/build.rs": script, MAIN: prints('env!("WORD")')})
    before = project.keys()
    assert project.run() == "word"
    project.write({"rust/crates/shared/src/lib.rs": 'pub const WORD: &str = "new";\n'})
    assert project.keys() != before
    assert project.run() == "new"


@pytest.mark.parametrize("variable", ["declared", "undeclared"])
def test_a_variable_that_the_code_reads_must_be_declared(project: Project, variable: str) -> None:
    project.write({MAIN: prints('option_env!("GREETING").unwrap_or("none")')})
    shell = replace(project, caller={"GREETING": "from the shell"})
    if variable == "undeclared":
        with pytest.raises(
            BuildError, match=r"reads the environment variables GREETING.*`environment` of the RustWorkspace"
        ):
            shell.build()
        assert project.run() == "none"
        return
    one, two = (shell.changed(environment={"GREETING": word}) for word in ("one", "two"))
    assert one.keys() != two.keys()
    assert (one.run(), two.run()) == ("one", "two")


def test_a_variable_that_build_scripts_read_must_be_declared(project: Project) -> None:
    script = (
        'fn main() { println!("cargo::rerun-if-env-changed=GREETING");\n'
        'println!("cargo::rustc-env=WORD={}", std::env::var("GREETING").unwrap_or_default()); }\n'
    )
    project.write({f"{APP}/build.rs": script, MAIN: prints('env!("WORD")')})
    shell = replace(project, caller={"GREETING": "from the shell"})
    with pytest.raises(BuildError, match="reads the environment variables GREETING"):
        shell.build()
    assert shell.changed(environment={"GREETING": "declared"}).run() == "declared"


def test_patches_and_overrides_by_path_count(empty: Project) -> None:
    registry = '[[package]]\nname = "itoa"\nversion = "1.0.15"\n'
    files = {
        "rust/Cargo.toml": (
            f'[workspace]\nmembers = ["app"]\nresolver = "3"\n{PROFILE}\n'
            '[patch.crates-io]\nitoa = { path = "../patched" }\n'
        ),
        "rust/rust-toolchain.toml": TOOLCHAIN,
        "rust/Cargo.lock": (
            f'version = 4\n\n[[package]]\nname = "app"\nversion = "0.1.0"\ndependencies = ["itoa"]\n\n{registry}'
        ),
        "rust/app/Cargo.toml": manifest("app", '\n[dependencies]\nitoa = "1"\n'),
        "rust/app/src/main.rs": prints("itoa::WORD"),
        "patched/Cargo.toml": manifest("itoa").replace("0.1.0", "1.0.15"),
        "patched/src/lib.rs": 'pub const WORD: &str = "one";\n',
    }
    empty.write(files)
    before = empty.keys()
    assert empty.run() == "one"
    empty.write({"patched/src/lib.rs": 'pub const WORD: &str = "two";\n'})
    assert empty.keys() != before
    assert empty.run() == "two"
    root = files["rust/Cargo.toml"].split("[patch")[0]
    patch = '[patch.crates-io]\nitoa = { path = "patched" }\n'
    empty.write({"rust/Cargo.toml": root, ".cargo/config.toml": patch})
    empty.commit()
    assert empty.run() == "two"


def test_vendored_packages_count(empty: Project) -> None:
    empty.write(
        {
            "rust/Cargo.toml": f'[workspace]\nmembers = ["app"]\nresolver = "3"\n{PROFILE}',
            "rust/rust-toolchain.toml": TOOLCHAIN,
            "rust/.cargo/config.toml": (
                '[source.crates-io]\nreplace-with = "vendored"\n[source.vendored]\ndirectory = "../vendor"\n'
            ),
            "rust/Cargo.lock": (
                'version = 4\n\n[[package]]\nname = "app"\nversion = "0.1.0"\ndependencies = [\n "itoa",\n]\n\n'
                '[[package]]\nname = "itoa"\nversion = "1.0.15"\n'
                'source = "registry+https://github.com/rust-lang/crates.io-index"\n'
            ),
            "rust/app/Cargo.toml": manifest("app", '\n[dependencies]\nitoa = "1"\n'),
            "rust/app/src/main.rs": prints("itoa::WORD"),
            "vendor/itoa/Cargo.toml": manifest("itoa").replace("0.1.0", "1.0.15"),
            "vendor/itoa/.cargo-checksum.json": '{"files":{}}',
            "vendor/itoa/src/lib.rs": 'pub const WORD: &str = "one";\n',
        }
    )
    before = empty.keys()
    assert empty.run() == "one"
    empty.write({"vendor/itoa/src/lib.rs": 'pub const WORD: &str = "two";\n'})
    assert empty.keys() != before
    assert empty.run() == "two"


def registry_entry(name: str, version: str) -> str:
    source = "registry+https://github.com/rust-lang/crates.io-index"
    return f'[[package]]\nname = "{name}"\nversion = "{version}"\nsource = "{source}"\n\n'


@pytest.mark.parametrize("version", ["0.1.0", "1.0.15", "2.0.0"])
def test_a_member_with_the_name_of_a_registry_package_has_its_own_dependencies(empty: Project, version: str) -> None:
    """The member `itoa` depends on ryu, and the member `app` on the registry's itoa."""

    def locked(ryu: str) -> str:
        source = " (registry+https://github.com/rust-lang/crates.io-index)" if version == "1.0.15" else ""
        entries = [
            f'[[package]]\nname = "app"\nversion = "0.1.0"\ndependencies = [\n "itoa 1.0.15{source}",\n]\n\n',
            f'[[package]]\nname = "itoa"\nversion = "{version}"\ndependencies = [\n "ryu",\n]\n\n',
            registry_entry("itoa", "1.0.15"),
            registry_entry("ryu", ryu),
        ]
        if version > "1.0.15":
            entries[1:3] = reversed(entries[1:3])
        return "version = 4\n\n" + "".join(entries).rstrip() + "\n"

    def vendored(name: str, number: str) -> dict[str, str]:
        folder = f"vendor/{name}"
        return {
            f"{folder}/Cargo.toml": manifest(name).replace("0.1.0", number),
            f"{folder}/.cargo-checksum.json": '{"files":{}}',
            f"{folder}/src/lib.rs": f'pub const WORD: &str = "{name} {number}";\n',
        }

    empty.write(
        {
            "rust/Cargo.toml": f'[workspace]\nmembers = ["app", "itoa"]\nresolver = "3"\n{PROFILE}',
            "rust/rust-toolchain.toml": TOOLCHAIN,
            "rust/.cargo/config.toml": (
                '[source.crates-io]\nreplace-with = "vendored"\n[source.vendored]\ndirectory = "../vendor"\n'
            ),
            "rust/Cargo.lock": locked("1.0.20"),
            "rust/app/Cargo.toml": manifest("app", '\n[dependencies]\nitoa = "1"\n'),
            "rust/app/src/main.rs": prints("itoa::WORD"),
            "rust/itoa/Cargo.toml": manifest("itoa", '\n[dependencies]\nryu = "1"\n').replace("0.1.0", version),
            "rust/itoa/src/main.rs": prints("ryu::WORD"),
            **vendored("itoa", "1.0.15"),
            **vendored("ryu", "1.0.20"),
        }
    )
    both = replace(empty, binaries=("app", "itoa"))
    before = both.keys()
    assert (both.run(), both.run("itoa")) == ("itoa 1.0.15", "ryu 1.0.20")
    empty.write({"rust/Cargo.lock": locked("1.0.21"), **vendored("ryu", "1.0.21")})
    after = both.keys()
    assert after["itoa"] != before["itoa"]
    assert after["app"] == before["app"]
    assert replace(empty, binaries=("itoa",)).run("itoa") == "ryu 1.0.21"


@pytest.mark.parametrize(
    "name", [".cargo/config.toml", ".cargo/config", "rust/.cargo/config", "rust/.cargo/config.toml"]
)
def test_configuration_of_cargo_counts_up_to_the_repository(project: Project, name: str) -> None:
    project.write({MAIN: prints('if cfg!(chosen) { "chosen" } else { "plain" }')})
    project.commit()
    before = project.keys()
    assert project.run() == "plain"
    project.write({name: '[build]\nrustflags = ["--cfg", "chosen"]\n'})
    assert project.keys() != before
    assert project.run() == "chosen"


def test_configuration_above_the_repository_does_not_count(project: Project) -> None:
    project.write({MAIN: prints('if cfg!(chosen) { "chosen" } else { "plain" }')})
    project.commit()
    before = project.keys()
    above = project.folder.parent / ".cargo/config.toml"
    above.parent.mkdir()
    above.write_text('[build]\nrustflags = ["--cfg", "chosen"]\n')
    assert project.keys() == before
    assert project.run() == "plain"


@pytest.mark.parametrize("name", ["config", "config.toml"])
def test_configuration_in_the_root_folder_is_refused_unless_it_is_about_downloads(
    project: Project, name: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cargo reads it from every folder. A container's user without a home has `/` as home."""
    root = tmp_path_factory.mktemp("root")
    monkeypatch.setattr("components.build.cargo.WORKING_FOLDER", root)
    (root / ".cargo").mkdir()
    file = root / ".cargo" / name
    project.write({MAIN: prints('if cfg!(chosen) { "chosen" } else { "plain" }')})
    file.write_text("[net]\nretry = 3\n")
    assert project.run() == "plain"
    file.write_text('[build]\nrustflags = ["--cfg", "chosen"]\n')
    with pytest.raises(BuildError, match=rf"{name} applies to every build .*: move build to \.cargo/config\.toml"):
        project.run()


def test_configuration_that_includes_another_counts_with_it(project: Project) -> None:
    project.write(
        {
            MAIN: prints('env!("WORD")'),
            "rust/.cargo/config.toml": 'include = ["words.toml"]\n',
            "rust/.cargo/words.toml": '[env]\nWORD = "one"\n',
        }
    )
    before = project.keys()
    assert project.run() == "one"
    project.write({"rust/.cargo/words.toml": '[env]\nWORD = "two"\n'})
    assert project.keys() != before
    assert project.run() == "two"


def test_cargo_lambda_s_configuration_counts(project: Project) -> None:
    before = project.keys()
    project.write({"rust/CargoLambda.toml": '[build.env]\nWORD = "x"\n'})
    assert project.keys() != before


def test_the_project_and_not_the_shell_pins_the_toolchain(project: Project) -> None:
    shell = replace(project, caller={"RUSTUP_TOOLCHAIN": "nothing-like-this"})
    assert shell.run() == "word"
    before = project.keys()
    (project.folder / "rust/rust-toolchain.toml").unlink()
    project.write({"rust-toolchain": "1.95.0\n"})
    project.commit()
    assert project.keys() == before
    project.write({"rust-toolchain": "1.94.0\n"})
    assert project.keys() != before


@pytest.mark.parametrize("name", ["CARGO_HOME", "PATH"])
def test_a_variable_that_the_build_sets_is_refused(project: Project, name: str) -> None:
    with pytest.raises(BuildError, match=f"sets {name}, which the build itself sets"):
        project.changed(environment={name: "/nowhere"}).run()


def test_a_tracked_file_counts_although_a_pattern_ignores_it(project: Project) -> None:
    project.write(
        {f"{APP}/src/word.txt": "one", MAIN: prints('include_str!("word.txt")'), ".gitignore": "*.txt\ntarget\n"}
    )
    project.commit()
    project.git("add", "--force", f"{APP}/src/word.txt")
    project.commit()
    before = project.keys()
    project.write({f"{APP}/src/word.txt": "two"})
    assert project.keys() != before
    assert project.run() == "two"


def test_ignored_files_and_files_outside_packages_do_not_count(project: Project) -> None:
    project.write({".gitignore": "*.swp\ntarget\n"})
    project.commit()
    before = project.keys()
    project.write({f"{APP}/src/main.rs.swp": "x", "README.md": "x", "rust/README.md": "x", "rust/notes/a.txt": "x"})
    assert project.keys() == before


def test_a_project_in_an_ignored_folder_counts_whole(project: Project) -> None:
    """As a copy in a build folder, or a program made by a tool, has it."""
    project.write({MAIN: prints('"one"')})
    without_git = project.keys()
    project.write({".gitignore": "rust/\n"})
    project.commit()
    assert project.keys() == without_git
    assert project.run() == "one"
    project.write({MAIN: prints('"two"')})
    assert project.keys() != without_git
    assert project.run() == "two"


def test_an_untracked_file_counts(project: Project) -> None:
    project.commit()
    before = project.keys()
    project.write({f"{APP}/templates/page.html": "<p>"})
    assert project.keys() != before


def test_line_endings_of_a_checkout_do_not_count(project: Project) -> None:
    project.write({f"{APP}/src/word.txt": "one\ntwo\n", MAIN: prints('include_str!("word.txt").len()')})
    project.write({".gitattributes": "*.txt text\n"})
    project.commit()
    before, length = project.keys(), project.run()
    for name in (f"{APP}/src/word.txt", MAIN):
        path = project.folder / name
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert project.keys() == before
    assert project.run() == length == "8"


@pytest.mark.parametrize("content", [b"one\r\ntwo\r\n", b"\x00\xff\r\n\x01"])
@pytest.mark.parametrize("tracked", [True, False])
def test_line_endings_that_are_content_count(project: Project, content: bytes, tracked: bool) -> None:
    name = f"{APP}/src/data.bin"
    project.write({name: content.replace(b"\r\n", b"\n"), MAIN: prints('include_bytes!("data.bin").len()')})
    if tracked:
        project.commit()
    before = project.keys()
    project.write({name: content})
    assert project.keys() != before
    assert project.run() == str(len(content))


def test_two_binaries_of_one_name_are_refused_with_both_manifests(project: Project) -> None:
    project.write({"rust/functions/other/src/bin/app.rs": prints('"second"')})
    with pytest.raises(
        BuildError, match=r"functions/app/Cargo.toml and .*functions/other/Cargo.toml both have a binary app"
    ):
        project.keys()
    replace(project, binaries=("other",)).build()


def test_a_missing_dependency_is_named_with_its_user(project: Project) -> None:
    shutil.rmtree(project.folder / "rust/crates/shared")
    with pytest.raises(
        BuildError, match=r"functions/app/Cargo.toml depends on .*crates/shared, which has no Cargo.toml"
    ):
        project.keys()


def test_two_packages_with_one_name_are_refused(project: Project) -> None:
    """Cargo allows it under another alias, if their versions differ."""
    dependencies = (
        '\n[dependencies]\nshared = { path = "../../crates/shared" }\n'
        'shared-2 = { package = "shared", path = "../../crates/shared-2" }\n'
    )
    project.write(
        {
            "rust/functions/app/Cargo.toml": manifest("app", dependencies),
            "rust/crates/shared-2/Cargo.toml": manifest("shared").replace("0.1.0", "0.2.0"),
            "rust/crates/shared-2/src/lib.rs": "",
        }
    )
    with pytest.raises(BuildError, match=r"Cargo.toml have the same name: rename one of them"):
        project.keys()


def test_features_that_others_turn_on_in_shared_packages_count(project: Project) -> None:
    """`other` turns on a feature of `shared`, so what `app` is linked from changes when both are built."""
    project.write(
        {
            "rust/crates/shared/Cargo.toml": manifest("shared", "\n[features]\nloud = []\n"),
            "rust/crates/shared/src/lib.rs": (
                'pub const WORD: &str = if cfg!(feature = "loud") { "LOUD" } else { "quiet" };\n'
            ),
        }
    )
    alone, both = project, replace(project, binaries=("app", "other"))
    assert alone.run() == both.run() == "quiet"
    quiet = both.keys()
    needs = '\n[dependencies]\nshared = { path = "../../crates/shared", features = ["loud"] }\n'
    before = alone.keys()
    project.write({"rust/functions/other/Cargo.toml": manifest("other", needs)})
    project.write({"rust/Cargo.lock": lock("app", "other", "shared", app="shared", other="shared")})
    assert both.keys()["app"] != quiet["app"]
    assert both.run() == "LOUD"
    assert alone.keys() == before
    assert alone.run() == "quiet"


def test_sources_of_others_do_not_count(project: Project) -> None:
    both = replace(project, binaries=("app", "other"))
    before = both.keys()
    project.write({"rust/functions/other/src/main.rs": prints('"changed"')})
    assert both.keys()["app"] == before["app"]
    assert both.keys()["other"] != before["other"]


MOVES_NOTHING = {
    "comment in a manifest": {f"{APP}/Cargo.toml": "# a comment\n" + APP_MANIFEST},
    "comment in the root manifest": {"rust/Cargo.toml": "# a comment\n" + ROOT},
    "order in a manifest": {"rust/Cargo.toml": PROFILE + "\n" + ROOT.split(PROFILE, maxsplit=1)[0]},
    "lint level": {f"{APP}/Cargo.toml": APP_MANIFEST + '\n[lints.clippy]\nunwrap_used = "deny"\n'},
    "lint level of the workspace": {"rust/Cargo.toml": ROOT + '\n[workspace.lints.rust]\nunsafe_code = "forbid"\n'},
    "clippy": {"rust/clippy.toml": "msrv = '1.95'\n", f"{APP}/clippy.toml": "msrv = '1.95'\n"},
    "unused dependency of the workspace": {"rust/Cargo.toml": ROOT + '\n[workspace.dependencies]\nserde = "1"\n'},
    "another profile": {"rust/Cargo.toml": ROOT + "\n[profile.other]\ninherits = 'dev'\n"},
    "test": {f"{APP}/tests/it.rs": "#[test] fn it() {}\n"},
    "example": {f"{APP}/examples/it.rs": "fn main() {}\n"},
    "benchmark": {f"{APP}/benches/it.rs": "fn main() {}\n"},
    "event": {f"{APP}/events/one.json": "{}\n"},
    "page for readers": {f"{APP}/README.md": "# x\n", f"{APP}/CHANGELOG.md": "# x\n", f"{APP}/LICENSE": "x\n"},
    "page of a crate": {"rust/crates/shared/README.md": "# x\n"},
    "time to live of downloads": {"rust/.cargo/config.toml": "[net]\nretry = 3\n\n[alias]\nb = 'build'\n"},
    "dev-dependency": {f"{APP}/Cargo.toml": APP_MANIFEST + '\n[dev-dependencies]\nother = { path = "../other" }\n'},
    "another member": {"rust/functions/new/Cargo.toml": manifest("new"), "rust/functions/new/src/main.rs": prints("1")},
}


@pytest.mark.parametrize("in_git", [False, True])
@pytest.mark.parametrize("file", ["env/pyvenv.cfg", "cache/CACHEDIR.TAG", "infra/__pycache__/stack.cpython-311.pyc"])
def test_generated_folders_that_git_does_not_ignore_are_in_no_key(project: Project, file: str, in_git: bool) -> None:
    before = project.keys()
    if in_git:
        project.commit()
    folder = f"{APP}/{file.rpartition('/')[0]}"
    project.write({f"{APP}/{file}": "", f"{folder}/lib/module.py": "generated"})
    assert project.keys() == before


@pytest.mark.parametrize("files", MOVES_NOTHING.values(), ids=MOVES_NOTHING.keys())
def test_edits_that_cannot_change_the_binary_keep_its_key(project: Project, files: dict[str, str]) -> None:
    project.write({"rust/.cargo/config.toml": "[net]\nretry = 2\n"})
    before = project.keys()
    project.write(files)
    assert project.keys() == before


def test_test_modules_do_not_count_unless_code_includes_them(project: Project) -> None:
    project.write({MAIN: "#[cfg(test)]\nmod checks;\n" + prints("1"), f"{APP}/src/checks.rs": "#[test] fn a() {}\n"})
    before = project.keys()
    project.write({f"{APP}/src/checks.rs": "#[test] fn b() {}\n"})
    assert project.keys() == before
    assert project.run() == "1"
    project.write({MAIN: prints('include_str!("../tests/word.txt")'), f"{APP}/tests/word.txt": "one"})
    before = project.keys()
    project.write({f"{APP}/tests/word.txt": "two"})
    assert project.keys() != before
    assert project.run() == "two"


def test_neither_the_folder_nor_the_time_is_in_a_key(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    copy = project.elsewhere(tmp_path_factory.mktemp("elsewhere"))
    os.utime(copy.folder / MAIN, (0, 0))
    assert copy.keys() == project.keys()
    assert copy.build() == project.build()


def test_the_architecture_and_the_profile_are_in_a_key(project: Project) -> None:
    other = next(one for one in Architecture if one is not project.settings.architecture)
    keys = [project.keys(), project.changed(architecture=other).keys(), project.changed(profile="release").keys()]
    assert len({str(key) for key in keys}) == 3
