"""The HTML document of `glitch` in a real browser."""

import base64
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, Route, expect

from local.examples import SAMPLE_PICTURE
from pipeline.http_client import request
from tests.emulator.conftest import Local
from tests.pictures.files import bomb, decoded, encoded
from tests.recording import ROOT
from tests.visits import SMALL_SCREEN, Visit, accessibility_violations, is_wider_than_its_screen, on_all_screens, visit

LARGEST_SEED = str(2**64 - 1)
FIRST_LOAD_BYTES = 100_000
BODY_LIMIT = 4_500_000
UPLOAD_LIMIT = 25_000_000
STALE = re.compile("stale")


@pytest.fixture
def address(local: Local) -> str:
    return f"{local.outputs['apiUrl']}/glitch"


@pytest.fixture
def visitor(browser: Browser, address: str) -> Iterator[Visit]:
    with visit(browser, address) as visited:
        yield visited


@pytest.fixture(scope="module")
def scene() -> Image.Image:
    return Image.open(ROOT / SAMPLE_PICTURE).convert("RGB")


def photograph(scene: Image.Image, size: tuple[int, int], quality: int) -> bytes:
    """Return a picture like a camera's: large, with noise and metadata."""
    grain = Image.effect_noise(size, 60).convert("RGB")
    taken = Image.blend(scene.resize(size, Image.Resampling.BICUBIC), grain, 0.15)
    metadata = Image.Exif()
    metadata[0x0110] = "camera"
    return encoded(taken, "JPEG", quality=quality, exif=metadata.tobytes())


@pytest.fixture(scope="module")
def photo(scene: Image.Image) -> FilePayload:
    return FilePayload(name="lake.jpg", mimeType="image/jpeg", buffer=photograph(scene, (1600, 1067), 80))


@pytest.fixture(scope="module")
def large_photo(tmp_path_factory: pytest.TempPathFactory, scene: Image.Image) -> Path:
    """A file, because Playwright sends the bytes of a payload through JSON."""
    path = tmp_path_factory.mktemp("pictures") / "large.jpg"
    path.write_bytes(photograph(scene, (5200, 3900), 95))
    return path


def expect_result(page: Page) -> None:
    """Wait for the result of the last action."""
    expect(page.locator("#result")).not_to_have_class(STALE)
    expect(page.locator("#after")).to_be_visible()
    expect(page.locator("#error")).to_be_empty()


def expect_error(page: Page, sentence: str | re.Pattern[str]) -> None:
    """Wait for an error message next to the picture."""
    expect(page.locator("#result").get_by_role("alert")).to_have_text(sentence)


def choose(page: Page, file: FilePayload | Path) -> None:
    page.get_by_label("Choose a picture").set_input_files(file)


def downloaded(page: Page) -> tuple[str, bytes]:
    """Return the name and the bytes of the offered download."""
    with page.expect_download() as started:
        page.get_by_role("link", name="Download").click()
    return started.value.suggested_filename, Path(started.value.path()).read_bytes()


def result(page: Page) -> bytes:
    expect_result(page)
    return downloaded(page)[1]


def options(page: Page) -> dict[str, str]:
    """Return the options in the URL."""
    return {name: value for name, (value,) in parse_qs(urlsplit(page.url).query).items()}


def test_the_sample_is_glitched_on_load(visitor: Visit) -> None:
    page = visitor.page
    page.goto(visitor.address)
    expect_result(page)
    before, after = page.locator("#before"), page.locator("#after")
    left, right = before.bounding_box(), after.bounding_box()
    assert left is not None
    assert right is not None
    assert left["x"] + left["width"] <= right["x"]
    assert before.screenshot() != after.screenshot()


def test_a_photograph_is_glitched_downloaded_and_opened(visitor: Visit, photo: FilePayload) -> None:
    page = visitor.page
    page.goto(visitor.address)
    choose(page, photo)
    expect_result(page)
    expect(page.locator("#before-size")).to_contain_text("lake.jpg, 1600 by 1067")
    name, file = downloaded(page)
    assert name == f"lake-glitched-{page.get_by_label('Seed').input_value()}.jpg"
    picture = decoded(file)
    assert (picture.format, picture.size) == ("JPEG", (1600, 1067))
    assert file != photo["buffer"]
    seed_and_steps = f"seed={options(page)['seed']}&steps={options(page)['steps']}"
    url = f"{visitor.address}?{seed_and_steps}"
    assert file == request("POST", url, photo["buffer"], {"content-type": "image/jpeg"}).body


def test_a_png_stays_a_png(visitor: Visit, scene: Image.Image) -> None:
    visitor.page.goto(visitor.address)
    choose(visitor.page, FilePayload(name="a.b.png", mimeType="image/png", buffer=encoded(scene, "PNG")))
    expect_result(visitor.page)
    name, file = downloaded(visitor.page)
    assert name.startswith("a.b-glitched-")
    assert name.endswith(".png")
    assert decoded(file).format == "PNG"


def test_a_copied_link_reproduces_the_result(visitor: Visit, photo: FilePayload) -> None:
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visitor.page
    page.goto(visitor.address)
    choose(page, photo)
    before = result(page)
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("Link copied.")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    page.close()

    later = visitor.tab()
    later.goto(link)
    expect(later.locator("#before-size")).to_contain_text("lake.jpg")
    assert result(later) == before
    assert later.url == link


def test_without_a_clipboard_the_address_bar_is_named(visitor: Visit) -> None:
    visitor.page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    visitor.page.goto(visitor.address)
    expect_result(visitor.page)
    visitor.page.get_by_role("button", name="Copy link").click()
    expect(visitor.page.get_by_text("Copy the link from the address bar.")).to_be_visible()


def test_a_link_reproduces_the_result_for_other_users(browser: Browser, visitor: Visit, photo: FilePayload) -> None:
    visitor.page.goto(visitor.address)
    choose(visitor.page, photo)
    before = result(visitor.page)
    link = visitor.page.url
    with visit(browser, visitor.address) as other:
        other.page.goto(link)
        expect(other.page.get_by_text("Choose the picture that this link was made with")).to_be_visible()
        expect(other.page.get_by_role("link", name="Download")).to_be_hidden()
        expect(other.page.get_by_role("button", name="Again")).to_be_disabled()
        assert accessibility_violations(other.page) == []
        choose(other.page, photo)
        assert result(other.page) == before
        expect(other.page.locator("#note")).to_be_empty()
        assert other.page.url == link


def test_a_link_of_another_picture_shows_a_note(visitor: Visit, photo: FilePayload) -> None:
    visitor.page.goto(f"{visitor.address}?seed=7&steps=7&picture=0011223344556677")
    choose(visitor.page, photo)
    expect_result(visitor.page)
    expect(visitor.page.locator("#note")).to_have_text(re.compile("The link was made with another picture"))
    assert options(visitor.page)["seed"] == "7"


def test_a_link_to_the_sample_reproduces_its_result(browser: Browser, visitor: Visit) -> None:
    visitor.page.goto(f"{visitor.address}?seed=12&steps=20")
    with visit(browser, visitor.address) as other:
        other.page.goto(f"{visitor.address}?steps=20&seed=12")
        assert result(other.page) == result(visitor.page)
        assert options(other.page) == {"seed": "12", "steps": "20"}


def test_a_link_works_without_browser_storage(visitor: Visit, photo: FilePayload) -> None:
    visitor.page.add_init_script("caches.open = () => Promise.reject(new DOMException('private', 'SecurityError'))")
    visitor.page.goto(f"{visitor.address}?seed=7&steps=7&picture=0011223344556677")
    expect(visitor.page.locator("#note")).to_contain_text("Choose the picture")
    choose(visitor.page, photo)
    expect_result(visitor.page)


def test_a_link_works_without_web_crypto(visitor: Visit, photo: FilePayload) -> None:
    page = visitor.page
    # As in a page over HTTP from another machine.
    page.add_init_script("delete globalThis.caches; Object.defineProperty(crypto, 'subtle', {value: undefined})")
    page.goto(visitor.address)
    choose(page, photo)
    before, link = result(page), page.url
    page.goto(link)
    expect(page.locator("#note")).to_contain_text("Choose the picture")
    choose(page, photo)
    assert result(page) == before
    expect(page.locator("#note")).to_be_empty()


def test_again_uses_another_seed(visitor: Visit) -> None:
    page = visitor.page
    page.goto(visitor.address)
    before, seed = result(page), options(page)["seed"]
    page.get_by_role("button", name="Again").click()
    assert result(page) != before
    assert page.get_by_label("Seed").input_value() == options(page)["seed"] != seed


def test_a_seed_keeps_all_its_digits(visitor: Visit) -> None:
    page = visitor.page
    page.goto(visitor.address)
    expect_result(page)
    page.get_by_label("Seed").fill(LARGEST_SEED)
    expect_result(page)
    assert options(page)["seed"] == page.get_by_label("Seed").input_value() == LARGEST_SEED


def test_steps_have_a_slider_and_a_text_field(visitor: Visit) -> None:
    page = visitor.page
    page.goto(f"{visitor.address}?seed=7")
    steps, slider = page.get_by_label("Number of steps"), page.get_by_label("Steps", exact=True)
    few = result(page)
    slider.press("End")
    expect(steps).to_have_value("1000")
    many = result(page)
    assert many != few
    steps.fill("7")
    expect(slider).to_have_attribute("aria-valuetext", "7 steps")
    assert result(page) == few
    assert options(page) == {"seed": "7", "steps": "7"}


def test_the_later_of_two_changes_wins(visitor: Visit) -> None:
    page = visitor.page
    page.goto(f"{visitor.address}?seed=1")
    first = result(page)
    page.route("**/glitch?seed=2*", lambda _: None)
    page.get_by_label("Seed").fill("2")
    with page.expect_request("**/glitch?seed=2*"):
        expect(page.locator("#result")).to_have_class(STALE)
    expect(page.locator("#after")).to_be_visible()
    page.get_by_label("Seed").fill("1")
    assert result(page) == first
    assert options(page)["seed"] == "1"


def test_a_large_picture_is_uploaded_unchanged(visitor: Visit, large_photo: Path) -> None:
    assert BODY_LIMIT < large_photo.stat().st_size < UPLOAD_LIMIT
    page = visitor.page
    page.goto(f"{visitor.address}?seed=7")
    choose(page, large_photo)
    name, first = uploaded(page)
    picture = decoded(first)
    assert (name, picture.format, picture.size) == ("large-glitched-7.jpg", "JPEG", (5200, 3900))
    assert dict(picture.getexif()) == dict(decoded(large_photo).getexif())
    expect(page.locator("#note")).to_be_empty()
    assert options(page)["seed"] == "7"
    page.get_by_label("Effect").select_option("Sort")
    assert uploaded(page)[1] != first
    visitor.ignore_errors()


def test_a_rejected_upload_shows_an_error(visitor: Visit, large_photo: Path) -> None:
    page = visitor.page
    page.goto(visitor.address)
    expect_result(page)
    page.route("**/uploads/*/*/*/*", lambda route: route.fulfill(status=403))
    choose(page, large_photo)
    expect(page.locator("#result").get_by_role("alert")).to_have_text(
        "The upload was rejected (status 403). Try again.", timeout=PATIENCE_MS
    )
    page.unroute("**/uploads/*/*/*/*")
    page.get_by_role("button", name="Try again").click()
    assert decoded(uploaded(page)[1]).size == (5200, 3900)
    visitor.ignore_errors()


PATIENCE_MS = 120_000
"""Generous, for large pictures on busy machines; no test asserts a duration."""


def uploaded(page: Page) -> tuple[str, bytes]:
    """Wait for the result of a large picture, and return its name and its bytes."""
    expect(page.locator("#status")).to_have_text(re.compile("bytes"), timeout=PATIENCE_MS)
    expect(page.locator("#result")).not_to_have_class(STALE, timeout=PATIENCE_MS)
    return downloaded(page)


def padded(picture: Path, path: Path) -> Path:
    """Write a picture over the limit: decoders ignore bytes after its end, and drawing 25 MB would take longer."""
    path.write_bytes(picture.read_bytes() + bytes(UPLOAD_LIMIT))
    return path


def test_a_picture_over_the_limit_is_scaled_down(visitor: Visit, large_photo: Path, tmp_path: Path) -> None:
    too_large = padded(large_photo, tmp_path / "larger.jpg")
    page = visitor.page
    page.goto(visitor.address)
    choose(page, too_large)
    width, height = decoded(result(page)).size
    assert width < 5200
    assert abs(width / height - 5200 / 3900) < 0.01
    expect(page.locator("#note")).to_have_text(
        re.compile(
            f"larger.jpg has {too_large.stat().st_size:,} bytes, more than the {UPLOAD_LIMIT:,} that can be sent. "
            f"Your browser scaled it down from 5200 by 3900 to {width} by {height}, [34],[0-9]{{3}},[0-9]{{3}} bytes."
        )
    )


@pytest.mark.parametrize("file_format", ["WEBP", "GIF", "BMP"])
def test_other_picture_formats_become_a_jpeg(visitor: Visit, scene: Image.Image, file_format: str) -> None:
    visitor.page.goto(visitor.address)
    # The bytes determine the type, not the name.
    file = FilePayload(name="picture.jpg", mimeType="image/jpeg", buffer=encoded(scene, file_format))
    choose(visitor.page, file)
    picture = decoded(result(visitor.page))
    assert (picture.format, picture.size) == ("JPEG", scene.size)
    expect(visitor.page.locator("#note")).to_have_text(
        "picture.jpg is neither JPEG nor PNG, so your browser made a JPEG of it."
    )


def test_an_invalid_picture_does_not_replace_the_last_one(visitor: Visit) -> None:
    page = visitor.page
    page.goto(visitor.address)
    expect_result(page)
    choose(page, FilePayload(name="notes.txt", mimeType="text/plain", buffer=b"no picture"))
    expect_error(page, "This browser cannot show notes.txt as a picture. Choose a JPEG or a PNG.")
    expect(page.locator("#after")).to_be_visible()
    # The picture that remains is not labeled with the name of the rejected one.
    expect(page.locator("main")).not_to_contain_text("sample.jpg")
    expect(page.get_by_role("link", name="Download")).to_be_hidden()
    page.get_by_role("button", name="Again").click()
    expect_result(page)
    expect(page.locator("#before-size")).to_contain_text("sample.jpg")


def test_a_rejected_picture_shows_no_result(visitor: Visit) -> None:
    page = visitor.page
    page.goto(visitor.address)
    expect_result(page)
    choose(page, FilePayload(name="bomb.png", mimeType="image/png", buffer=bomb()))
    expect_error(page, re.compile("This PNG exceeds"))
    expect(page.locator("#before-size")).to_contain_text("bomb.png")
    expect(page.get_by_role("link", name="Download")).to_be_hidden()
    visitor.ignore_errors()


@pytest.mark.parametrize("effect", ["Channels", "Blocks", "Sort"])
@pytest.mark.parametrize("file_format", ["JPEG", "PNG"])
def test_each_effect_has_its_own_result_and_link(
    visitor: Visit, scene: Image.Image, file_format: str, effect: str
) -> None:
    page = visitor.page
    page.goto(f"{visitor.address}?seed=7&steps=40")
    choose(page, FilePayload(name="a", mimeType="", buffer=encoded(scene, file_format)))
    plain = result(page)
    page.get_by_label("Effect").select_option(effect)
    changed = result(page)
    assert (decoded(changed).format, decoded(changed).size) == (file_format, scene.size)
    assert changed != plain
    assert options(page)["effect"] == effect.lower()
    page.reload()
    expect(page.get_by_label("Effect")).to_have_value(effect.lower())
    assert result(page) == changed


def test_earlier_results_can_be_restored(visitor: Visit) -> None:
    page = visitor.page
    page.goto(visitor.address)
    first = result(page)
    for _ in range(3):
        page.get_by_role("button", name="Again").click()
        expect_result(page)
    buttons = page.get_by_role("region", name="Earlier results").get_by_role("button")
    expect(buttons).to_have_count(4)
    buttons.last.click()
    assert result(page) == first
    expect(buttons).to_have_count(4)


def test_a_restored_result_keeps_the_focus(visitor: Visit) -> None:
    page = visitor.page
    page.goto(f"{visitor.address}?seed=1")
    expect_result(page)
    page.get_by_role("button", name="Again").click()
    expect_result(page)
    buttons = page.get_by_role("region", name="Earlier results").get_by_role("button")
    buttons.last.press("Enter")
    expect(page.get_by_label("Seed")).to_have_value("1")
    expect_result(page)
    expect(buttons.first).to_have_text(re.compile("^1, "))
    expect(buttons.first).to_be_focused()


def test_another_picture_has_no_earlier_results(visitor: Visit, photo: FilePayload) -> None:
    page = visitor.page
    page.goto(visitor.address)
    expect_result(page)
    page.get_by_role("button", name="Again").click()
    expect_result(page)
    earlier = page.get_by_role("region", name="Earlier results")
    expect(earlier.get_by_role("button")).to_have_count(2)
    choose(page, photo)
    expect(page.locator("#before-size")).to_contain_text("lake.jpg")
    expect(earlier).to_be_hidden()
    expect_result(page)
    page.get_by_role("button", name="Again").click()
    expect_result(page)
    expect(earlier.get_by_role("button")).to_have_count(2)


def test_a_slider_compares_before_and_after(visitor: Visit) -> None:
    page = visitor.page
    page.goto(f"{visitor.address}?seed=2")
    expect_result(page)
    stage = page.locator("#stage")
    after = stage.screenshot()
    slider = page.get_by_label("Before over after")
    slider.press("End")
    before = stage.screenshot()
    assert before != after
    slider.fill("50")
    assert stage.screenshot() not in (before, after)


def test_a_large_png_stays_a_png(visitor: Visit, tmp_path: Path) -> None:
    noisy = Image.effect_noise((2400, 1600), 90).convert("RGBA")
    large = tmp_path / "large.png"
    noisy.save(large, compress_level=1)
    assert BODY_LIMIT < large.stat().st_size < UPLOAD_LIMIT
    page = visitor.page
    page.goto(visitor.address)
    choose(page, large)
    name, whole = uploaded(page)
    assert (name.endswith(".png"), decoded(whole).format, decoded(whole).size) == (True, "PNG", noisy.size)
    choose(page, padded(large, tmp_path / "larger.png"))
    expect(page.locator("#note")).to_contain_text("larger.png has", timeout=PATIENCE_MS)
    scaled = decoded(uploaded(page)[1])
    assert scaled.format == "PNG"
    assert scaled.width < noisy.width
    visitor.ignore_errors()


@pytest.mark.parametrize(
    ("label", "value", "sentence"),
    [
        ("Seed", "x", 'seed is "x". Use a whole number from 0 to 18446744073709551615, as in ?seed=7.'),
        ("Seed", "18446744073709551616", re.compile("seed is .* Use a whole number from 0 to")),
        ("Number of steps", "1001", 'steps is "1001". Use a whole number from 1 to 1000, as in ?steps=70.'),
        ("Number of steps", "", re.compile('steps is "". Use a whole number')),
    ],
)
def test_an_invalid_option_shows_an_error(
    visitor: Visit, label: str, value: str, sentence: str | re.Pattern[str]
) -> None:
    page = visitor.page
    page.goto(visitor.address)
    expect_result(page)
    field = page.get_by_label(label)
    field.fill(value)
    expect_error(page, sentence)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("button", name="Try again")).to_be_hidden()
    visitor.ignore_errors()
    field.fill("9")
    expect_result(page)
    expect(field).to_have_attribute("aria-invalid", "false")


def test_a_decompression_bomb_shows_an_error(visitor: Visit) -> None:
    visitor.page.goto(visitor.address)
    choose(visitor.page, FilePayload(name="bomb.png", mimeType="image/png", buffer=bomb()))
    expect_error(visitor.page, re.compile("This PNG exceeds .* Send a smaller picture, or a JPEG."))
    visitor.ignore_errors()


PROBLEM = {"detail": "The service failed. Try again; if it fails again, report the request id.", "requestId": "id-1"}
FAILURES: dict[str, tuple[Callable[[Route], None], str]] = {
    "throttled": (
        lambda route: route.fulfill(status=429, json={"message": "Too Many Requests"}),
        "Too many requests. Wait some seconds, then try again.",
    ),
    "failed": (
        lambda route: route.fulfill(status=500, body=json.dumps(PROBLEM), content_type="application/problem+json"),
        f"{PROBLEM['detail']} The request id is id-1.",
    ),
    "away": (
        lambda route: route.fulfill(status=503, json={"message": "Service Unavailable"}),
        "The service failed (status 503). Try again.",
    ),
    "unreachable": (
        lambda route: route.abort(),
        "The service cannot be reached. Check the connection, then try again.",
    ),
}


@pytest.mark.parametrize("kind", FAILURES)
def test_a_failure_shows_an_error_and_can_be_retried(visitor: Visit, kind: str) -> None:
    fail, sentence = FAILURES[kind]
    page = visitor.page
    page.goto(f"{visitor.address}?seed=7")
    before = result(page)
    page.route("**/glitch?*", fail)
    page.get_by_role("button", name="Again").click()
    expect_error(page, sentence)
    expect(page.locator("#after")).to_be_visible()
    visitor.ignore_errors()
    page.unroute("**/glitch?*")
    page.get_by_role("button", name="Try again").click()
    expect_result(page)
    expect(page.get_by_role("button", name="Try again")).to_be_hidden()
    expect(page.get_by_role("button", name="Again")).to_be_focused()
    assert result(page) != before


def test_an_undisplayable_result_can_be_downloaded(visitor: Visit) -> None:
    page = visitor.page
    headers = {"x-glitch-seed": "7"}
    page.route("**/glitch?*", lambda route: route.fulfill(body=b"broken", headers=headers, content_type="image/jpeg"))
    page.goto(visitor.address)
    expect_error(page, "This browser cannot display the result. Download it, or try another seed.")
    assert downloaded(page)[1] == b"broken"


GIVE = """(type, name, base64) => {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], name, {type: "image/jpeg"}));
    const options = {bubbles: true, cancelable: true, dataTransfer: data, clipboardData: data};
    const give = (type) => new (type === "paste" ? ClipboardEvent : DragEvent)(type, options);
    if (type === "drop") document.body.dispatchEvent(give("dragover"));
    return document.body.dispatchEvent(give(type));
}"""


def test_two_invalid_pictures_do_not_replace_the_last_one(visitor: Visit) -> None:
    page = visitor.page
    page.goto(visitor.address)
    expect_result(page)
    page.evaluate(f"for (const name of ['1.txt', '2.txt']) ({GIVE})('drop', name, '')")
    expect_error(page, re.compile("This browser cannot show 2.txt"))
    page.get_by_role("button", name="Again").click()
    expect_result(page)
    expect(page.locator("#before-size")).to_contain_text("sample.jpg")


@pytest.mark.parametrize("way", ["drop", "paste"])
def test_a_picture_can_be_dropped_or_pasted_anywhere(visitor: Visit, photo: FilePayload, way: str) -> None:
    page = visitor.page
    page.goto(visitor.address)
    expect_result(page)
    encoded = base64.b64encode(photo["buffer"]).decode()
    page.evaluate(f"([way, file]) => ({GIVE})(way, 'given.jpg', file)", [way, encoded])
    expect(page.locator("#before-size")).to_contain_text("given.jpg")
    assert decoded(result(page)).size == (1600, 1067)


def test_everything_works_with_a_keyboard(visitor: Visit, photo: FilePayload) -> None:
    page = visitor.page

    def tab_to(name: str) -> None:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == name

    # Subscribe to dialogs before the key press, which would otherwise be too early.
    page.on("filechooser", lambda _: None)
    page.goto(visitor.address)
    expect_result(page)
    tab_to("file")
    with page.expect_file_chooser() as choosing:
        page.keyboard.press("Enter")
    choosing.value.set_files(photo)
    expect(page.locator("#before-size")).to_contain_text("lake.jpg")
    expect_result(page)
    tab_to("sample")
    page.keyboard.press("Space")
    expect(page.locator("#before-size")).to_contain_text("sample.jpg")
    tab_to("seed")
    page.keyboard.press("Control+A")
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    tab_to("effect")
    tab_to("slider")
    page.keyboard.press("ArrowRight")
    expect_result(page)
    assert options(page) == {"seed": "5", "steps": "8"}
    tab_to("steps")
    tab_to("again")
    page.keyboard.press("Enter")
    expect_result(page)
    assert options(page)["seed"] != "5"
    tab_to("download")
    with page.expect_download():
        page.keyboard.press("Enter")
    tab_to("copy")
    tab_to("compare")


def test_the_page_is_accessible_and_fits_on_all_screens(visitor: Visit) -> None:
    page = visitor.page
    page.goto(visitor.address)
    expect_result(page)
    for _ in on_all_screens(page):
        assert accessibility_violations(page) == []
    page.get_by_label("Seed").fill("x")
    expect(page.locator("#error")).not_to_be_empty()
    for _ in on_all_screens(page):
        assert accessibility_violations(page) == []
        assert not is_wider_than_its_screen(page)
    visitor.ignore_errors()


def test_the_page_is_one_small_file(visitor: Visit) -> None:
    requests: list[str] = []
    visitor.page.on("request", lambda sent: requests.append(f"{sent.method} {sent.url.split(':')[0]}"))
    visitor.page.goto(visitor.address)
    expect_result(visitor.page)
    assert [sent for sent in requests if sent.endswith("http")] == ["GET http", "POST http"]
    assert len(request("GET", visitor.address).body) < FIRST_LOAD_BYTES


def test_only_the_inline_script_runs(visitor: Visit) -> None:
    policy = request("GET", visitor.address).headers["content-security-policy"]
    assert "unsafe" not in policy
    visitor.page.goto(visitor.address)
    refused = visitor.page.evaluate("""() => new Promise((resolve) => {
        document.addEventListener("securitypolicyviolation", ({effectiveDirective}) => resolve(effectiveDirective));
        const script = document.createElement("script");
        script.textContent = "document.title = 'taken over'";
        document.body.append(script);
    })""")
    assert refused == "script-src-elem"
    expect(visitor.page).to_have_title("Glitch a picture")
    visitor.errors = [error for error in visitor.errors if "Content Security Policy" not in error]


def test_without_javascript_the_page_shows_a_curl_command(browser: Browser, address: str) -> None:
    with visit(browser, address, java_script_enabled=False, viewport=SMALL_SCREEN) as visited:
        page = visited.page
        page.goto(address)
        # Playwright does not find text in a <noscript>, although it is displayed.
        expect(page.locator("noscript pre")).to_be_visible()
        expect(page.locator("noscript pre")).to_contain_text("curl --data-binary @picture.jpg")
        expect(page.locator("main")).to_be_hidden()
        assert not is_wider_than_its_screen(page)


def test_the_readme_screenshot_is_small(
    browser: Browser, address: str, screenshot: Callable[[Page, str], None]
) -> None:
    with visit(browser, address, viewport={"width": 1000, "height": 600}) as visited:
        visited.page.goto(f"{address}?seed=2&steps=7")
        expect_result(visited.page)
        screenshot(visited.page, "glitch.jpg")
