import io
import json
import stat
import subprocess
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.build import package as packer
from components.build.package import package
from components.build.plan import BuildError, BuildPlan
from tests.build.projects import WORKSPACE, Project

WEB: Mapping[str, str | bytes] = {"web/templates/a.html": "a", "web/templates/deep/b.html": "b", "web/run.sh": "run"}


@pytest.fixture
def site(project: Project) -> Project:
    """A workspace next to a folder of a website."""
    project.write(WEB)
    return project


def packed(project: Project, files: Mapping[str, str]) -> bytes:
    """Return the zip of `app` around an executable that nothing was compiled for."""
    inputs = project.changed(files={"app": files}).inputs()
    return package("app", b"code", inputs.extra_files["app"], profile="fast")


def key(project: Project, files: Mapping[str, str], binary: str = "app") -> str:
    return project.changed(files={"app": files}).keys()[binary]


def names(project: Project, files: Mapping[str, str]) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(packed(project, files))).namelist()


def test_files_and_folders_are_packed_at_their_paths(site: Project) -> None:
    files = {"pages/": "../web/templates", "bin/": "../web/run.sh", "start": "../web/run.sh", "./": "../web/templates"}
    assert names(site, files) == [
        *("bootstrap", "a.html", "bin/run.sh", "deep/b.html", "pages/a.html", "pages/deep/b.html", "start"),
    ]


def test_a_handler_reads_the_files_of_the_repository(site: Project) -> None:
    (site.folder / "web/run.sh").chmod(0o700)
    (site.folder / "web/templates/a.html").chmod(0o600)
    archive = zipfile.ZipFile(io.BytesIO(packed(site, {"web/": "../web"})))
    modes = {entry.filename: stat.filemode(entry.external_attr >> 16) for entry in archive.infolist()}
    assert archive.read("web/templates/deep/b.html") == b"b"
    assert (modes["web/run.sh"], modes["web/templates/a.html"]) == ("-rwxr-xr-x", "-rw-r--r--")


def test_the_build_packs_them_with_the_executable(site: Project) -> None:
    chosen = site.changed(files={"app": {"pages/": "../web/templates"}})
    archive = zipfile.ZipFile(io.BytesIO(chosen.zips()["app"]))
    assert archive.namelist() == ["bootstrap", "pages/a.html", "pages/deep/b.html"]


def test_no_place_of_the_machine_is_in_the_plan(site: Project) -> None:
    plan = BuildPlan(workspace="rust", settings=site.changed(files={"app": {"web/": "../web"}}).settings).to_json()
    assert json.loads(plan)["settings"]["files"] == {"app": {"web/": "../web"}}
    assert str(site.folder) not in plan


def test_a_binary_without_files_keeps_its_key(site: Project) -> None:
    before = site.changed(files={}).keys()["app"]
    assert key(site, {}) == before
    assert key(site, {"web/": "../web"}) != before


def test_they_change_no_key_of_another_binary(site: Project) -> None:
    both = Project(site.folder, site.target, binaries=("app", "other"))
    assert key(both, {"web/": "../web"}, "other") == key(both, {}, "other")


def test_equivalent_file_maps_have_one_key(site: Project) -> None:
    whole = key(site, {"web/": "../web"})
    assert whole == key(site, {"web": "../web"}) == key(site, {"./web/": "../rust/../web/"})
    assert whole == key(site, {"web/run.sh": "../web/run.sh", "web/templates": "../web/templates"})


def test_ignored_files_are_not_packed(site: Project) -> None:
    site.write({".gitignore": "*.log\n", "web/noise.log": "noise"})
    site.commit()
    site.write({"web/new.txt": "not committed yet"})
    assert names(site, {"./": "../web"}) == [
        "bootstrap",
        "new.txt",
        "run.sh",
        "templates/a.html",
        "templates/deep/b.html",
    ]


def test_sources_are_relative_to_the_project_that_was_named(site: Project) -> None:
    member = Project(site.folder, site.target, path="rust/functions/app")
    assert names(member, {"./": "../../../web/templates/deep"}) == ["bootstrap", "b.html"]


def test_a_folder_around_the_packages_is_packed_whole(site: Project) -> None:
    site.commit()
    assert "all/crates/shared/src/lib.rs" in names(site, {"all/": "."})
    assert "all/Cargo.toml" in names(site, {"all/": "."})


def test_line_endings_of_a_checkout_change_nothing(site: Project) -> None:
    site.write({".gitattributes": "*.html text\n"})
    site.commit()
    before = packed(site, {"./": "../web"})
    (site.folder / "web/templates/a.html").write_bytes(b"a\n")
    site.commit()
    unix = packed(site, {"./": "../web"})
    (site.folder / "web/templates/a.html").write_bytes(b"a\r\n")
    assert before != unix == packed(site, {"./": "../web"})


def test_a_file_that_changes_during_packing_stops_the_build(site: Project) -> None:
    files = site.changed(files={"app": {"web/": "../web"}}).inputs().extra_files["app"]
    site.write({"web/run.sh": "another"})
    with pytest.raises(BuildError, match=r"run\.sh changed while this ran: run it again"):
        package("app", b"code", files, profile="fast")


def test_lambdas_limit_counts_them(site: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packer, "UNZIPPED_LIMIT_BYTES", 6)
    with pytest.raises(BuildError, match="app is 7 bytes or more, Lambda takes at most 6 unzipped"):
        packed(site, {"run": "../web/run.sh"})


@pytest.mark.parametrize("place", ["", "/etc/", "../up", "a/../../b", "a\\b"])
def test_a_place_outside_the_function_is_refused(site: Project, place: str) -> None:
    with pytest.raises(BuildError, match="is not a place in the zip: write a path relative to /var/task"):
        packed(site, {place: "../web"})


@pytest.mark.parametrize("source", ["../../secret.txt", "/etc/hostname", "../web/../../secret.txt"])
def test_a_source_outside_the_project_is_refused(site: Project, source: str) -> None:
    (site.folder.parent / "secret.txt").write_text("secret")
    with pytest.raises(BuildError, match="is outside the project: move it below the folder of the Pulumi program"):
        packed(site, {"secret": source})


@pytest.mark.parametrize("versioned", [True, False])
@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("web/link", "run.sh"),
        ("web/link", "templates"),
        ("web/link", "nothing"),
        ("web/link", "../../secret.txt"),
        ("web/templates/link", "/etc/hostname"),
    ],
)
def test_a_symbolic_link_is_refused(site: Project, link: str, target: str, *, versioned: bool) -> None:
    (site.folder.parent / "secret.txt").write_text("secret")
    (site.folder / link).symlink_to(target)
    if versioned:
        site.commit()
    for source in ("../web", f"../{link}"):
        with pytest.raises(BuildError, match="is a symbolic link, or below one"):
            packed(site, {"web/": source})


def test_a_folder_that_became_a_link_is_refused(site: Project) -> None:
    site.commit()
    (site.folder / "web/templates").rename(site.folder / "moved")
    (site.folder / "web/templates").symlink_to("../moved")
    for source in ("../web", "../web/templates", "../web/templates/a.html"):
        with pytest.raises(BuildError, match="is a symbolic link, or below one"):
            packed(site, {"web/": source})


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"bootstrap": "../web/run.sh"}, "bootstrap is the executable itself: choose another place"),
        ({"bootstrap/": "../web"}, "bootstrap is the executable itself: choose another place"),
        ({"a": "../web/run.sh", "./a": "../web/templates/a.html"}, "a comes from two sources: leave out one of them"),
        ({"a": "../web/run.sh", "a/b": "../web/run.sh"}, "a would be a file and a folder: choose another place"),
        ({"a": "../web/none"}, "'../web/none' does not exist: correct the path, relative to rust"),
    ],
)
def test_two_files_at_one_place_are_refused(site: Project, files: dict[str, str], message: str) -> None:
    with pytest.raises(BuildError, match=message):
        packed(site, files)


def test_a_folder_with_nothing_in_it_is_refused(site: Project) -> None:
    (site.folder / "empty").mkdir()
    with pytest.raises(BuildError, match="holds no file, or git ignores them all"):
        packed(site, {"empty/": "../empty"})


def test_special_files_are_refused(site: Project) -> None:
    subprocess.run(["mkfifo", site.folder / "web/pipe"], check=True)
    with pytest.raises(BuildError, match="pipe is not a regular file"):
        packed(site, {"web/": "../web"})


@dataclass(frozen=True)
class Website:
    """A tree below `web/`, and how it is asked for."""

    files: Mapping[str, tuple[bytes, int]]
    place: str
    source: str


NAMES = st.sampled_from(["a", "b", "a b", "ä", "d/a", "d/e/a", "e/a", 'quote"', "mode 644"])
CONTENTS = st.tuples(
    st.sampled_from([b"", b"a", b"b", b"a\r\n", b"644"]), st.sampled_from([0o644, 0o755, 0o700, 0o600])
)
WEBSITES = st.builds(
    Website,
    st.dictionaries(NAMES, CONTENTS, min_size=1, max_size=3),
    st.sampled_from(["./", "d", "d/", "d/e/", "e"]),
    st.sampled_from(["../web", "../web/", "../web/d"]),
)


@given(one=WEBSITES, other=WEBSITES)
def test_keys_are_equal_exactly_when_zips_are(one: Website, other: Website) -> None:
    made = [made_of(website) for website in (one, other)]
    zips_and_keys = [result for result in made if result is not None]
    if len(zips_and_keys) == len(made):
        (zip_of_one, key_of_one), (zip_of_other, key_of_other) = zips_and_keys
        assert (zip_of_one == zip_of_other) is (key_of_one == key_of_other)


def made_of(website: Website) -> tuple[bytes, str] | None:
    """Return the zip and the key of a website in a folder of its own; None where its source is not there."""
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder).resolve(), Path(folder) / "target")
        project.write(WORKSPACE)
        for name, (content, mode) in website.files.items():
            project.write({f"web/{name}": content})
            (project.folder / "web" / name).chmod(mode)
        if not (project.folder / "rust" / website.source).exists():
            return None
        files = {website.place: website.source}
        return packed(project, files), key(project, files)
