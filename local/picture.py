"""Draws the sample picture of `glitch`: a lake in the evening."""

import math
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

SIZE = (600, 400)
DRAWN = (1440, 960)
"""Size of the drawing, larger than the file for smooth edges."""
SHORE = 636
"""Row of the shoreline."""
SUN = (936, 452, 80)
"""Column, row and radius."""
SKY = ((22, 32, 84), (122, 70, 132), (232, 122, 104), (255, 202, 128))
"""Colors from the top of the sky to the horizon."""
RIDGES = (
    (504, 52, 0.0065, (176, 96, 118)),
    (552, 60, 0.0095, (112, 62, 102)),
    (596, 44, 0.0155, (56, 38, 76)),
    (630, 22, 0.029, (20, 20, 42)),
)
"""Row, height, frequency and color of each range of hills, the farthest first."""


def draw_picture(path: Path) -> None:
    """Save the picture as a JPEG."""
    land = _sky()
    _add_sun(land)
    for ridge in RIDGES:
        _add_ridge(land, *ridge)
    _add_reflection(land)
    land.resize(SIZE, Image.Resampling.LANCZOS).save(path, "JPEG", quality=76)


def _sky() -> Image.Image:
    colors = Image.new("RGB", (1, len(SKY)))
    colors.putdata(SKY)
    sky = colors.resize((DRAWN[0], SHORE), Image.Resampling.BICUBIC)
    picture = Image.new("RGB", DRAWN)
    picture.paste(sky)
    return picture


def _add_sun(picture: Image.Image) -> None:
    x, y, radius = SUN
    for spread, color in ((300, (96, 52, 20)), (120, (110, 72, 30)), (3, (255, 238, 190))):
        light = Image.new("RGB", DRAWN)
        ImageDraw.Draw(light).ellipse((x - radius, y - radius, x + radius, y + radius), fill=color)
        picture.paste(ImageChops.screen(picture, light.filter(ImageFilter.GaussianBlur(spread))))


def _add_ridge(picture: Image.Image, row: int, height: int, frequency: float, color: tuple[int, int, int]) -> None:
    crest = [(x, row - height * _hills(x * frequency + row)) for x in range(DRAWN[0])]
    ImageDraw.Draw(picture).polygon([(0, SHORE), *crest, (DRAWN[0], SHORE)], fill=color)


def _hills(x: float) -> float:
    return math.sin(x) + 0.5 * math.sin(2.3 * x + 1) + 0.25 * math.sin(5.1 * x) + 0.12 * math.sin(13.7 * x)


def _add_reflection(picture: Image.Image) -> None:
    depth = DRAWN[1] - SHORE
    mirrored = ImageOps.flip(picture.crop((0, SHORE - depth, DRAWN[0], SHORE)))
    for y in range(depth):
        shift = round((2 + y / 20) * math.sin(150 * math.log(y + 60)))
        line = ImageChops.offset(mirrored.crop((0, y, DRAWN[0], y + 1)), shift, 0)
        darker = Image.blend(line, Image.new("RGB", line.size, (44, 20, 60)), 0.2 + 0.4 * y / depth)
        picture.paste(darker, (0, SHORE + y))
