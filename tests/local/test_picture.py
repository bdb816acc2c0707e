from pathlib import Path

from PIL import Image, ImageChops, ImageStat

from local.picture import draw_picture
from tests.recording import ROOT

SAMPLE = ROOT / "rust" / "functions" / "glitch" / "src" / "page" / "sample.jpg"


def test_the_sample_is_the_drawn_picture(tmp_path: Path) -> None:
    """But for what another release of Pillow would save otherwise; its bytes must stay, or links lose their result."""
    drawn = tmp_path / "picture.jpg"
    draw_picture(drawn)
    difference = ImageChops.difference(Image.open(drawn), Image.open(SAMPLE))
    assert max(ImageStat.Stat(difference).mean) < 2
