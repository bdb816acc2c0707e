from operations.settings_table import FILE, settings_page
from tests.recording import ROOT


def test_the_page_of_settings_is_what_make_docs_writes() -> None:
    assert (ROOT / FILE).read_text() == settings_page(ROOT), "run `make check FIX=1`"
