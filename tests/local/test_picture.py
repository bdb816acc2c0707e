from pathlib import Path

from PIL import Image, ImageChops, ImageStat

from local.picture import draw_picture
from tests.recording import ROOT

SAMPLE = ROOT / "rust" / "functions" / "glitch" / "src" / "page" / "sample.jpg"


def test_the_sample_is_the_drawn_picture(tmp_path: Path) -> None:
    """Pillow releases differ slightly. The bytes must not change, or permalinks would show other results."""
    drawn = tmp_path / "picture.jpg"
    draw_picture(drawn)
    difference = ImageChops.difference(Image.open(drawn), Image.open(SAMPLE))
    assert max(ImageStat.Stat(difference).mean) < 2
