"""`glitch` in Python, for JPEGs: seven steps in the data of the first scan, which create and destroy no marker."""

import base64
import random
from typing import Any

STEPS = ("replace", "sort", "replace", "sort", "replace", "sort", "sort")
CHUNK = 19
START_OF_SCAN = 0xDA
MARKER = 0xFF


def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Glitch the picture in the body."""
    picture = bytearray(base64.b64decode(event["body"]))
    seed = int(event["queryStringParameters"]["seed"])
    glitch(picture, random.Random(seed))  # noqa: S311 (a picture is no secret)
    return {
        "statusCode": 200,
        "headers": {"content-type": event["headers"]["content-type"], "x-glitch-seed": str(seed)},
        "body": base64.b64encode(picture).decode(),
        "isBase64Encoded": True,
    }


def glitch(picture: bytearray, numbers: random.Random) -> None:
    """Apply the steps, in place."""
    start, end = scan(picture)
    for step in STEPS:
        while True:
            position = numbers.randrange(start, end - CHUNK)
            chunk = picture[position - 1 : position + CHUNK]
            if MARKER not in chunk:
                break
        if step == "sort":
            picture[position : position + CHUNK] = sorted(chunk[1:])
        else:
            picture[position] = numbers.randrange(MARKER)


def scan(picture: bytearray) -> tuple[int, int]:
    """Return the start and the end of the data of the first scan."""
    position = 2
    while True:
        marker = picture[position + 1]
        position += 2 + int.from_bytes(picture[position + 2 : position + 4], "big")
        if marker == START_OF_SCAN:
            return position, picture.rfind(MARKER)
