"""The colours of the kit, in both palettes."""

import pytest
from PySide6.QtGui import QColor, QPalette

from tests.support.pictures import DARK_PALETTE, LIGHT_PALETTE, palette
from trayapp.core.light.severity import Light
from trayapp.ui.kit.colours import LEAST_CONTRAST, LIGHTS, contrast, hairline, lifted, mix, on_accent, tint

PALETTES = [LIGHT_PALETTE, DARK_PALETTE]


def test_a_mix_lies_between_its_colours() -> None:
    assert mix(QColor(200, 0, 100), QColor(0, 100, 100), 0.25).getRgb() == (50, 75, 100, 255)


def test_black_on_white_is_as_far_apart_as_colours_are() -> None:
    black, white = QColor("black"), QColor("white")
    assert contrast(black, white) == contrast(white, black) == pytest.approx(21.0)
    assert contrast(white, white) == 1.0


@pytest.mark.parametrize("colours", PALETTES)
@pytest.mark.parametrize("light", list(Light))
def test_a_tint_is_eight_per_cent_of_its_light_and_words_on_it_are_read(colours: dict[str, str], light: Light) -> None:
    made = palette(colours)
    ground = tint(light, made)
    window, full = made.color(QPalette.ColorRole.Window), QColor(LIGHTS[light])
    for part in (QColor.red, QColor.green, QColor.blue):
        assert part(ground) == round(0.92 * part(window) + 0.08 * part(full))
    assert contrast(made.color(QPalette.ColorRole.WindowText), ground) >= 7.0


@pytest.mark.parametrize("colours", PALETTES)
def test_a_line_is_seen_and_is_no_bar(colours: dict[str, str]) -> None:
    made = palette(colours)
    assert 1.2 < contrast(hairline(made), made.color(QPalette.ColorRole.Window)) < 3.0


@pytest.mark.parametrize("colours", PALETTES)
def test_a_card_is_lighter_than_its_window_and_a_dark_field_is_seen_on_it(colours: dict[str, str]) -> None:
    made = palette(colours)
    card, window, field = lifted(made), made.color(QPalette.ColorRole.Window), made.color(QPalette.ColorRole.Base)
    assert card.lightness() > window.lightness()
    assert contrast(made.color(QPalette.ColorRole.WindowText), card) >= 7.0
    if field.lightness() < window.lightness():
        assert contrast(card, field) > contrast(window, field), "it has no other edge"


@pytest.mark.parametrize("accent", ["#3daee9", "#0a58ca", "#e95420", "#ffff00", "#202020"])
def test_words_on_any_accent_are_read(accent: str) -> None:
    made = palette(LIGHT_PALETTE)
    made.setColor(QPalette.ColorRole.Highlight, QColor(accent))
    assert contrast(on_accent(made), QColor(accent)) >= LEAST_CONTRAST


def test_the_desktop_s_own_words_stay_where_they_can_be_read() -> None:
    made = palette(LIGHT_PALETTE)
    made.setColor(QPalette.ColorRole.Highlight, QColor("#303030"))
    made.setColor(QPalette.ColorRole.HighlightedText, QColor("#ffeeaa"))
    assert on_accent(made) == QColor("#ffeeaa")
