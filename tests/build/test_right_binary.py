"""The binary under a key was compiled from exactly what the key names."""

import os
import shutil
import threading
import time
from dataclasses import replace

import pytest

from components.build.plan import BuildError
from tests.build.projects import PROFILE, Project, lock, manifest, printed, prints

MAIN = "rust/functions/app/src/main.rs"


def set_back(project: Project, name: str) -> None:
    an_hour_ago = time.time() - 3600
    os.utime(project.folder / name, (an_hour_ago, an_hour_ago))


@pytest.mark.parametrize("name", [MAIN, "rust/crates/shared/src/lib.rs"])
def test_an_edit_with_an_old_time_is_compiled(project: Project, name: str) -> None:
    assert project.run() == "word"
    text = (project.folder / name).read_text()
    project.write({name: text.replace("shared::WORD", '"new"').replace('"word"', '"new"')})
    set_back(project, name)
    assert project.run() == "new"


def test_going_back_and_forth_between_contents_gives_each_its_binary(project: Project) -> None:
    for word in ("one", "two", "one", "two"):
        project.write({MAIN: prints(f'"{word}"')})
        set_back(project, MAIN)
        assert project.run() == word


def test_a_file_time_in_the_future_causes_one_correct_build(project: Project) -> None:
    tomorrow = time.time() + 86400
    project.write({MAIN: prints('"tomorrow"')})
    os.utime(project.folder / MAIN, (tomorrow, tomorrow))
    assert project.run() == "tomorrow"
    project.write({MAIN: prints('"today"')})
    assert project.run() == "today"


def test_required_features_never_give_the_binary_of_an_earlier_run(project: Project) -> None:
    project.run()
    bin_table = (
        '\n[features]\nextra = []\n\n[[bin]]\nname = "app"\npath = "src/main.rs"\nrequired-features = ["extra"]\n'
    )
    project.write({"rust/functions/app/Cargo.toml": manifest("app", bin_table), MAIN: prints('"needs extra"')})
    project.write({"rust/Cargo.lock": lock("app", "other", "shared")})
    with pytest.raises(BuildError, match="`features` of the RustWorkspace"):
        project.build()
    assert project.changed(features={"app": ("extra",)}).run() == "needs extra"


def test_a_further_binary_recompiles_no_other(project: Project, capfd: pytest.CaptureFixture[str]) -> None:
    project.run()
    capfd.readouterr()
    both = replace(project, binaries=("app", "other")).build()
    printed = capfd.readouterr().err
    assert "Compiling other v" in printed
    assert "Compiling app v" not in printed
    assert "Compiling shared v" not in printed
    assert both["app"] == project.build()["app"]
    assert "Compiling" not in capfd.readouterr().err


def test_default_members_do_not_affect_the_build(project: Project) -> None:
    project.run()
    root = f'[workspace]\nmembers = ["crates/*", "functions/*"]\ndefault-members = ["functions/other"]\n{PROFILE}'
    project.write({"rust/Cargo.toml": root, MAIN: prints('"mine"')})
    assert project.run() == "mine"


@pytest.mark.parametrize(
    "files",
    [
        {"rust/CargoLambda.toml": '[build]\noutput_format = "zip"\n'},
        {
            "rust/Cargo.toml": f'[workspace]\nmembers = ["crates/*", "functions/*"]\n{PROFILE}'
            '[workspace.metadata.lambda.build]\noutput_format = "zip"\n'
        },
    ],
)
def test_the_output_format_of_a_project_does_not_matter(project: Project, files: dict[str, str]) -> None:
    project.run()
    project.write({**files, MAIN: prints('"binary"')})
    assert project.run() == "binary"


def test_changes_during_the_compile_are_not_in_the_binary(project: Project) -> None:
    """Another branch is checked out while cargo runs, and back before it ends."""
    project.write(
        {
            "rust/functions/app/build.rs": ("fn main() { std::thread::sleep(std::time::Duration::from_secs(2)); }\n"),
            MAIN: prints('"before"'),
        }
    )
    switch = threading.Timer(1, project.write, [{MAIN: prints('"during"')}])
    switch.start()
    assert project.run() == "before"
    switch.join()
    assert project.run() == "during"


def test_two_builds_in_one_target_folder_each_get_their_own(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = replace(project.elsewhere(tmp_path_factory.mktemp("other")), target=project.target)
    other.write({MAIN: prints('"other checkout"')})
    results: dict[str, dict[str, bytes]] = {}
    # One process has one working directory: the builds run in processes of their own in test_build.
    for name, checkout in (("here", project), ("there", other), ("again", project)):
        results[name] = checkout.build()
    assert results["here"] == results["again"]
    assert results["here"] != results["there"]


def test_a_modified_stage_is_restored(project: Project) -> None:
    assert project.run() == "word"
    staged = project.target / "rust-serverless/sources/functions/app/src/main.rs"
    staged.write_text(prints('"altered"'))
    assert project.run() == "word"


def test_files_deleted_from_the_sources_leave_the_stage(project: Project) -> None:
    project.write(
        {MAIN: "mod extra;\n" + prints("extra::WORD"), "rust/functions/app/src/extra.rs": "pub const WORD: u8 = 1;\n"}
    )
    assert project.run() == "1"
    (project.folder / "rust/functions/app/src/extra.rs").unlink()
    with pytest.raises(BuildError, match="`include` of the RustWorkspace"):
        project.build()


def test_flags_of_the_project_and_not_the_shell_apply(project: Project) -> None:
    code = 'if cfg!(chosen) { "chosen" } else { "plain" }'
    project.write({MAIN: prints(code)})
    shell = {"RUSTFLAGS": "--cfg chosen", "CARGO_ENCODED_RUSTFLAGS": "--cfg\x1fchosen", "RUSTC_WRAPPER": "/bin/false"}
    assert replace(project, caller=shell).run() == "plain"
    plain = project.keys()
    project.write({"rust/.cargo/config.toml": '[build]\nrustflags = ["--cfg", "chosen"]\n'})
    assert project.keys() != plain
    assert replace(project, caller=shell).run() == "chosen"


def test_the_home_of_cargo_chooses_no_flags(project: Project, tmp_path_factory: pytest.TempPathFactory) -> None:
    home = tmp_path_factory.mktemp("cargo-home")
    (home / "config.toml").write_text('[build]\nrustflags = ["--cfg", "chosen"]\n\n[profile.quick]\nopt-level = 3\n')
    project.write({MAIN: prints('if cfg!(chosen) { "chosen" } else { "plain" }')})
    assert replace(project, caller={"CARGO_HOME": str(home)}).run() == "plain"


def test_a_folder_of_this_machine_in_a_binary_is_refused(project: Project) -> None:
    project.write({MAIN: prints('env!("CARGO_MANIFEST_DIR")')})
    with pytest.raises(BuildError, match="app contains a local path"):
        project.build()
    project.write({MAIN: prints('env!("OUT_DIR")'), "rust/functions/app/build.rs": "fn main() {}\n"})
    with pytest.raises(BuildError, match="/out, from the build script of app: do not embed"):
        project.build()


def test_a_missing_c_compiler_is_named(project: Project, tmp_path_factory: pytest.TempPathFactory) -> None:
    tools = tmp_path_factory.mktemp("tools")
    for name in ("cargo", "rustc", "sh", "env"):
        (tools / name).symlink_to(shutil.which(name) or name)
    project.write({"rust/functions/app/build.rs": "fn main() {}\n"})
    with pytest.raises(BuildError, match="no C compiler is on the PATH.*install one, with"):
        replace(project, caller={"PATH": str(tools)}).build()


def test_debug_information_has_no_folder_of_this_machine(project: Project) -> None:
    executable = project.changed(profile="dev").build()["app"]
    assert printed(executable, project.folder) == "word"
    assert b"/ziglang/" not in executable


def test_c_code_has_no_folder_of_this_machine(project: Project) -> None:
    project.write(
        {
            MAIN: """\
unsafe extern "C" { fn place() -> *const std::ffi::c_char; }

fn main() {
    println!("{}", unsafe { std::ffi::CStr::from_ptr(place()) }.to_str().unwrap());
}
""",
            "rust/functions/app/src/place.c": "const char *place(void) { return __FILE__; }\n",
            "rust/functions/app/build.rs": """\
use std::env::var;

fn main() {
    let compiler = var(format!("CC_{}", var("TARGET").unwrap().replace('-', "_"))).unwrap();
    let source = format!("{}/src/place.c", var("CARGO_MANIFEST_DIR").unwrap());
    let object = format!("{}/place.o", var("OUT_DIR").unwrap());
    let compiled = std::process::Command::new(compiler).args(["-c", &source, "-o", &object]).status().unwrap();
    assert!(compiled.success());
    println!("cargo:rustc-link-arg={object}");
}
""",
        }
    )
    assert project.run() == "/workspace/functions/app/src/place.c"
