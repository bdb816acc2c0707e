"""Pictures that open in Pillow or Chromium still open after the glitch, with the same size and frames."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageSequence
from playwright.sync_api import Page

from tests.browser import chromium
from tests.pictures import corpora, mutations
from tests.rust_programs import built_tool

SEEDS = 20
CHROMIUM_SEEDS = 4

# Pillow warns about damaged pictures that it opens.
pytestmark = pytest.mark.filterwarnings("ignore")
Appearance = object


@pytest.fixture(scope="module")
def before(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("before")
    mutations.pictures(folder, seed=1)
    if request.config.getoption("--corpora"):
        corpora.fetch(folder, tmp_path_factory.mktemp("corpora"))
    return folder


@pytest.fixture(scope="module")
def after(before: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("after")
    subprocess.run([built_tool("glitch-files"), before, folder, str(SEEDS)], check=True)
    return folder


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    document = tmp_path_factory.mktemp("page") / "page.html"
    document.write_text("<!doctype html>")
    with chromium("--allow-file-access-from-files") as browser:
        page = browser.new_page()
        page.goto(document.as_uri())
        yield page


def in_pillow(path: Path) -> Appearance | None:
    """Return the appearance of a picture in Pillow, or None if it does not open."""
    try:
        with Image.open(path) as picture:
            frames = [frame.convert("RGB").size for frame in ImageSequence.Iterator(picture)]
            return picture.format, picture.mode, frames
    except (OSError, SyntaxError, ValueError, IndexError, Image.DecompressionBombError):
        return None


def lost(before: Path, after: Path, seeds: int, look: Callable[[Path], Appearance | None]) -> dict[str, object]:
    """Return the pictures that look different or no longer open after the glitch."""
    opened = {path.name: appearance for path in sorted(before.iterdir()) if (appearance := look(path))}
    assert len(opened) > len(mutations.PNG_MODES)
    return {
        f"{name} by seed {seed}": (appearance, seen)
        for name, appearance in opened.items()
        for seed in range(seeds)
        if (path := after / str(seed) / name).exists() and (seen := look(path)) != appearance
    }


def test_pillow_still_opens_every_picture(before: Path, after: Path) -> None:
    assert lost(before, after, SEEDS, in_pillow) == {}


def test_chromium_still_shows_every_picture(before: Path, after: Path, page: Page) -> None:
    script = """async (address) => {
        const image = new Image();
        image.src = address;
        return image.decode().then(() => [image.naturalWidth, image.naturalHeight], () => null);
    }"""
    shown = lost(before, after, CHROMIUM_SEEDS, lambda path: page.evaluate(script, path.as_uri()))
    assert shown == {}


def test_every_picture_is_visibly_changed(before: Path, after: Path) -> None:
    for path in sorted(path for path in before.iterdir() if in_pillow(path) and not has_one_color(path)):
        results = [after / str(seed) / path.name for seed in range(SEEDS)]
        same = [result for result in results if result.exists() and pixels(result) == pixels(path)]
        assert not same or len(same) < len(results), f"{path.name} is never changed"


def has_one_color(path: Path) -> bool:
    """Return whether a picture has a palette of one color, so that no pixel can have another."""
    with Image.open(path) as picture:
        return picture.palette is not None and len(picture.palette.palette) <= len("RGB")


def pixels(path: Path) -> list[bytes]:
    with Image.open(path) as picture:
        return [frame.convert("RGBA").tobytes() for frame in ImageSequence.Iterator(picture)]


def test_picture_and_animation_are_both_glitched(before: Path, after: Path) -> None:
    name = "animation-behind-a-picture.png"
    for seed in range(SEEDS):
        old, new = pixels(before / name), pixels(after / str(seed) / name)
        assert [a == b for a, b in zip(old, new, strict=True)][:2] == [False, False], f"seed {seed}"


def test_later_pictures_of_an_mpo_are_unchanged(before: Path, after: Path) -> None:
    for seed in range(SEEDS):
        old, new = pixels(before / "several.mpo"), pixels(after / str(seed) / "several.mpo")
        assert new[1:] == old[1:], f"seed {seed}"
