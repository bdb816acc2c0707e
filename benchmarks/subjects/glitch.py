"""`POST /glitch` with a JPEG of a given size."""

import base64
import io
import math

from PIL import Image

from benchmarks.section import BenchError
from benchmarks.stack import Stack
from benchmarks.subjects.subject import Responses, Subject, same_event, sample

SIGMA = 60
"""Quality of the noise JPEG, whose size is proportional to the number of pixels."""
BYTES_PER_PIXEL = 0.75
"""Approximate bytes per pixel; a first picture shows the exact number."""


def glitch(stack: Stack, name: str, size: int, calls: int) -> Subject:
    """Return the subject for a JPEG of about the given size."""
    picture = draw(size)
    event = sample(stack.context.root, "glitch", "http.json") | {"body": base64.b64encode(picture).decode()}
    events = same_event(event)
    return Subject(
        name=name,
        function="glitch",
        first=events,
        warm=events,
        warm_calls=calls,
        check=lambda responses: _check(picture, responses),
    )


def draw(size: int) -> bytes:
    """Return a JPEG of slightly less than the given size."""
    edge = math.isqrt(int(size / BYTES_PER_PIXEL))
    tried = _noise(edge)
    return _noise(int(edge * math.sqrt(0.99 * size / len(tried))))


def _noise(edge: int) -> bytes:
    file = io.BytesIO()
    Image.effect_noise((edge, edge), SIGMA).convert("RGB").save(file, "JPEG", quality=88)
    return file.getvalue()


def _check(picture: bytes, responses: Responses) -> None:
    """Check that each response is a changed picture of the same size; random numbers differ by language."""
    original = Image.open(io.BytesIO(picture))
    for language, response in responses.items():
        glitched = base64.b64decode(response["body"])
        if response["statusCode"] != 200 or glitched == picture:  # noqa: PLR2004 (a status)
            raise BenchError(f"{language} did not glitch the picture: fix its function")
        if Image.open(io.BytesIO(glitched)).size != original.size:
            raise BenchError(f"{language} returned a picture of another size: fix its function")
