"""docs/presets.md says what the catalogue and the sizing say."""

from tests.support.presets_page import FILE, render


def test_the_page_is_current():
    assert FILE.read_text() == render(), "run `make format`"
