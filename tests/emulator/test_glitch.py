"""Real pictures through the gateway; Pillow opens the results."""

import json
from typing import Any

import pytest
from PIL import Image, ImageChops
from PIL.ExifTags import Base

from local.examples import SAMPLE_PICTURE
from pipeline.http_client import Response, request
from tests.emulator.conftest import Local
from tests.pictures.files import bomb, decoded, encoded
from tests.recording import ROOT

BODY_LIMIT = 4_500_000
SEEDS = range(5)


@pytest.fixture
def url(local: Local) -> str:
    return f"{local.outputs['apiUrl']}/glitch"


@pytest.fixture(scope="module")
def photograph() -> Image.Image:
    return Image.open(ROOT / SAMPLE_PICTURE).convert("RGB")


def changed_share(before: bytes, after: bytes) -> float:
    """Return the share of pixels that differ."""
    pictures = [decoded(file).convert("RGBA") for file in (before, after)]
    difference = ImageChops.difference(*pictures)
    changed = sum(pixel != (0, 0, 0, 0) for pixel in difference.get_flattened_data())
    return changed / (difference.width * difference.height)


def problem(reply: Response) -> dict[str, object]:
    assert reply.headers["content-type"] == "application/problem+json"
    found: dict[str, object] = json.loads(reply.body)
    assert found["status"] == reply.status
    return found


def exif(description: str) -> bytes:
    """Return metadata with a description."""
    metadata = Image.Exif()
    metadata[Base.ImageDescription] = description
    return metadata.tobytes()


JPEG_OPTIONS: dict[str, dict[str, Any]] = {
    "baseline": {"quality": 85},
    "progressive": {"quality": 85, "progressive": True},
    "restart intervals": {"quality": 85, "restart_marker_rows": 4},
    "grey": {"quality": 85},
    "with metadata": {"quality": 85, "exif": exif("Füße, \xff\xd8"), "comment": b"\xff\xd8"},
}


@pytest.mark.parametrize("kind", JPEG_OPTIONS)
def test_a_glitched_jpeg_opens_and_is_visibly_changed(url: str, photograph: Image.Image, kind: str) -> None:
    picture = photograph.convert("L") if kind == "grey" else photograph
    before = encoded(picture, "JPEG", **JPEG_OPTIONS[kind])
    for seed in SEEDS:
        reply = request("POST", f"{url}?seed={seed}", before, {"content-type": "image/jpeg"})
        assert reply.status == 200
        assert reply.headers["content-type"] == "image/jpeg"
        after = decoded(reply.body)
        assert (after.format, after.size, after.mode) == ("JPEG", picture.size, picture.mode)
        assert changed_share(before, reply.body) > 0.001, f"seed {seed}"


PNG_MODES = ["RGB", "RGBA", "L", "LA", "P", "1", "I;16"]


@pytest.mark.parametrize("mode", PNG_MODES)
def test_a_glitched_png_opens_and_is_visibly_changed(url: str, photograph: Image.Image, mode: str) -> None:
    picture = photograph.convert("I").convert("I;16") if mode == "I;16" else photograph.convert(mode)
    before = encoded(picture, "PNG")
    for seed in SEEDS:
        reply = request("POST", f"{url}?seed={seed}", before, {"content-type": "image/png"})
        assert reply.status == 200
        after = decoded(reply.body)
        assert (after.format, after.size, after.mode) == ("PNG", picture.size, picture.mode)
        assert changed_share(before, reply.body) > 0.001, f"seed {seed}"


def test_other_bytes_keep_their_length_and_their_content_type(url: str) -> None:
    before = bytes(range(256)) * 10
    reply = request("POST", url, before, {"content-type": "application/x-thing; version=1"})
    assert reply.headers["content-type"] == "application/x-thing; version=1"
    assert len(reply.body) == len(before)
    assert reply.body != before


@pytest.mark.parametrize("length", range(1, 21))
def test_a_few_bytes_are_enough(url: str, length: int) -> None:
    before = bytes(range(length))
    reply = request("POST", url, before, {"content-type": "application/octet-stream"})
    assert (reply.status, len(reply.body)) == (200, length)
    assert reply.body != before


def form(*parts: tuple[str, bytes]) -> tuple[bytes, dict[str, str]]:
    """Return a form as curl and browsers send it, and its content type."""
    body = b"".join(
        f"--limit\r\nContent-Disposition: form-data; {disposition}\r\n\r\n".encode() + content + b"\r\n"
        for disposition, content in parts
    )
    return body + b"--limit--\r\n", {"content-type": "multipart/form-data; boundary=limit"}


def test_the_file_in_a_form_is_glitched(url: str, photograph: Image.Image) -> None:
    picture = encoded(photograph, "PNG")
    file = ('name="file"; filename="lake.png"', picture)
    reply = request("POST", url, *form(file, ('name="seed"', b"7")))
    assert (reply.status, reply.headers["content-type"], reply.headers["x-glitch-seed"]) == (200, "image/png", "7")
    assert reply.body == request("POST", f"{url}?seed=7", picture, {"content-type": "image/png"}).body
    assert problem(request("POST", url, *form(file, file)))["errorType"] == "SeveralFiles"


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "image/png", "application/pdf"])
def test_the_bytes_of_a_picture_determine_the_type(url: str, photograph: Image.Image, content_type: str) -> None:
    reply = request("POST", url, encoded(photograph, "JPEG"), {"content-type": content_type})
    assert reply.headers["content-type"] == "image/jpeg"


def test_an_unsupported_content_coding_is_rejected(url: str) -> None:
    reply = request("POST", url, b"bytes", {"content-type": "image/jpeg", "content-encoding": "gzip"})
    assert (problem(reply)["errorType"], reply.headers["accept-encoding"]) == ("UnsupportedCoding", "identity")


def test_text_is_accepted(url: str) -> None:
    before = "Füße im Schnee, und kein Ende in Sicht".encode()
    reply = request("POST", url, before, {"content-type": "text/plain; charset=utf-8"})
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"
    assert len(reply.body) == len(before)


def test_the_returned_seed_reproduces_the_result(url: str, photograph: Image.Image) -> None:
    before = encoded(photograph, "JPEG")
    first, other = (request("POST", url, before, {"content-type": "image/jpeg"}) for _ in range(2))
    again = request("POST", f"{url}?seed={first.headers['x-glitch-seed']}", before, {"content-type": "image/jpeg"})
    assert again.body == first.body
    assert other.body != first.body


def test_more_steps_change_more(url: str) -> None:
    before = bytes(10_000)

    def changes(steps: int) -> int:
        reply = request("POST", f"{url}?seed=1&steps={steps}", before, {"content-type": "application/octet-stream"})
        return sum(byte != 0 for byte in reply.body)

    assert changes(1) == 1
    assert changes(1000) > changes(7) > 1


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("seed=x", "seed"),
        ("seed=-1", "seed"),
        ("seed=18446744073709551616", "seed"),
        ("seed=1&seed=2", "seed"),
        ("steps=0", "steps"),
        ("steps=1001", "steps"),
        ("stpes=7", "stpes"),
    ],
)
def test_an_invalid_option_is_rejected_with_an_example(url: str, query: str, named: str) -> None:
    found = problem(request("POST", f"{url}?{query}", b"bytes", {"content-type": "image/jpeg"}))
    assert (found["status"], found["errorType"]) == (400, "InvalidOption")
    assert named in str(found["detail"])
    assert "?s" in str(found["detail"])


def test_an_empty_body_is_rejected(url: str) -> None:
    found = problem(request("POST", url, b"", {"content-type": "image/jpeg"}))
    assert (found["status"], found["errorType"]) == (400, "EmptyBody")


def test_the_body_limit_is_exact(url: str) -> None:
    largest = bytes(BODY_LIMIT)
    assert len(request("POST", url, largest, {"content-type": "image/bmp"}).body) == BODY_LIMIT
    found = problem(request("POST", url, largest + b"\0", {"content-type": "image/bmp"}))
    assert (found["status"], found["errorType"]) == (413, "BodyTooLarge")
    assert str(BODY_LIMIT) in str(found["detail"])


def test_a_decompression_bomb_is_rejected(url: str) -> None:
    assert len(bomb()) < BODY_LIMIT
    found = problem(request("POST", url, bomb(), {"content-type": "image/png"}))
    assert (found["status"], found["errorType"]) == (413, "PictureTooLarge")


def test_a_jpeg_without_data_is_glitched_as_bytes(url: str, photograph: Image.Image) -> None:
    before = encoded(photograph, "JPEG")[:100]
    reply = request("POST", url, before, {"content-type": "image/jpeg"})
    assert (reply.status, len(reply.body)) == (200, len(before))


def test_a_truncated_png_is_repaired(url: str, photograph: Image.Image) -> None:
    whole = encoded(photograph, "PNG")
    reply = request("POST", url, whole[: len(whole) // 2], {"content-type": "image/png"})
    assert decoded(reply.body).size == photograph.size


def test_uploaded_html_is_never_rendered_as_a_page(url: str) -> None:
    reply = request("POST", url, b"<script>alert(1)</script>", {"content-type": "text/html"})
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["content-security-policy"] == "sandbox; default-src 'none'"
