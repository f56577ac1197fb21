"""The icons are told apart by colour and by shape, and hold against black and white panels."""

from itertools import combinations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

from trayapp.core.light.severity import Light
from trayapp.ui.kit.icons import TRAY_SIZES_PX, Mark, app_icon, light_icon, light_pixmap

HUES = {Light.GREEN: range(90, 160), Light.YELLOW: range(35, 60), Light.RED: range(350, 360)}


def luminance(colour: QColor) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (colour.redF(), colour.greenF(), colour.blueF())
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def on_panel(picture: QPixmap, panel: str) -> QImage:
    image = QImage(picture.size(), QImage.Format.Format_RGB32)
    image.fill(QColor(panel))
    painter = QPainter(image)
    painter.drawPixmap(0, 0, picture)
    painter.end()
    return image


def greys(image: QImage) -> list[float]:
    return [luminance(image.pixelColor(x, y)) for y in range(image.height()) for x in range(image.width())]


@pytest.mark.parametrize("light", [Light.GREEN, Light.YELLOW, Light.RED])
@pytest.mark.parametrize("size_px", TRAY_SIZES_PX)
def test_most_coloured_pixels_have_the_hue_of_the_light(light: Light, size_px: int) -> None:
    image = light_pixmap(light, size_px).toImage()
    colours = [image.pixelColor(x, y) for y in range(size_px) for x in range(size_px)]
    vivid = [c.hsvHue() for c in colours if c.alpha() > 200 and c.hsvSaturation() > 120 and c.value() > 140]
    matching = sum(hue in HUES[light] or (light is Light.RED and hue < 5) for hue in vivid)
    assert len(vivid) > 0.2 * size_px**2
    assert matching > 0.9 * len(vivid)


@pytest.mark.parametrize("size_px", TRAY_SIZES_PX)
def test_grey_has_no_colour(size_px: int) -> None:
    image = light_pixmap(Light.GREY, size_px).toImage()
    opaque = [c for y in range(size_px) for x in range(size_px) if (c := image.pixelColor(x, y)).alpha() > 250]
    assert max(c.hsvSaturation() for c in opaque) < 60


@pytest.mark.parametrize(("one", "other"), list(combinations(Light, 2)))
@pytest.mark.parametrize("size_px", TRAY_SIZES_PX)
@pytest.mark.parametrize("panel", ["black", "white"])
def test_two_lights_differ_without_colour(one: Light, other: Light, size_px: int, panel: str) -> None:
    """The glyphs alone tell them apart: fills equalised to the same grey, a tenth of the pixels still differ."""
    first, second = (_shape(light_pixmap(light, size_px), panel) for light in (one, other))
    assert sum(a != b for a, b in zip(first, second, strict=True)) > 0.1 * size_px**2


def _shape(picture: QPixmap, panel: str) -> list[str]:
    """Panel, body or glyph for each pixel, told by grey levels relative to the body's own."""
    image = picture.toImage()
    levels = greys(on_panel(picture, panel))
    alphas = [image.pixelColor(x, y).alpha() for y in range(image.height()) for x in range(image.width())]
    body = sorted(level for level, alpha in zip(levels, alphas, strict=True) if alpha > 200)
    middle = body[len(body) // 2]
    return [
        "panel" if alpha < 128 else "glyph" if abs(level - middle) > 0.25 else "body"
        for level, alpha in zip(levels, alphas, strict=True)
    ]


@pytest.mark.parametrize("light", list(Light))
@pytest.mark.parametrize("panel", ["black", "white"])
def test_the_outline_holds_three_to_one(light: Light, panel: str) -> None:
    """Walking in from each side, the first fully opaque pixel is the outline."""
    image = light_pixmap(light, 64).toImage()
    ground = luminance(QColor(panel))
    walks = [[(x, 40) for x in range(64)], [(63 - x, 40) for x in range(64)], [(32, 63 - y) for y in range(64)]]
    for walk in walks:
        outline = next(c for x, y in walk if (c := image.pixelColor(x, y)).alpha() == 255)
        lighter, darker = sorted((luminance(outline), ground), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 3.0


@pytest.mark.parametrize("light", list(Light))
@pytest.mark.parametrize("size_px", TRAY_SIZES_PX)
def test_marks_sit_at_the_lower_right_and_differ(light: Light, size_px: int) -> None:
    plain, home, offline = (light_pixmap(light, size_px, mark).toImage() for mark in Mark)
    half = size_px // 2
    for marked in (home, offline):
        changed = [(x, y) for y in range(size_px) for x in range(size_px) if marked.pixel(x, y) != plain.pixel(x, y)]
        assert len(changed) > 0.08 * size_px**2
        assert sum(x >= half - 1 and y >= half - 1 for x, y in changed) > 0.9 * len(changed)
    assert home != offline


@pytest.mark.parametrize("light", list(Light))
def test_straight_edges_fall_on_pixel_borders(light: Light) -> None:
    """The margin around the drawing is clean at every size: nothing is smeared over a border."""
    for size_px in TRAY_SIZES_PX:
        image = light_pixmap(light, size_px).toImage()
        for step in range(size_px):
            for x, y in ((0, step), (step, 0), (size_px - 1, step), (step, size_px - 1)):
                assert image.pixelColor(x, y).alpha() < 32


def test_the_icon_carries_every_tray_size() -> None:
    assert [size.width() for size in light_icon(Light.RED, Mark.HOME).availableSizes()] == list(TRAY_SIZES_PX)
    assert light_icon(Light.RED, Mark.HOME) is light_icon(Light.RED, Mark.HOME)


def test_the_program_has_an_icon() -> None:
    picture = app_icon().pixmap(QSize(32, 32)).toImage()
    assert picture.pixelColor(16, 16).alpha() == 255
