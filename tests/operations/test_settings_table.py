from operations.settings_table import FILE, settings_page
from tests.recording import ROOT


def test_the_settings_page_is_up_to_date() -> None:
    assert (ROOT / FILE).read_text() == settings_page(ROOT), "run `make check FIX=1`"
