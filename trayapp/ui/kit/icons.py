"""The light as an icon, told apart by shape before colour, drawn from `resources/icons/*.svg`.

The sources fill a 14 x 14 square; every size gets a whole number of pixels as margin, so that straight outlines
fall on pixel borders.
"""

from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from PySide6.QtCore import QByteArray, QRectF
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from trayapp.core.light.severity import Light
from trayapp.paths import resources

# What trays ask for: 16, 22, 24, 32 at scale 1 and 2. Qt sends no pixmap above 64 px over D-Bus.
TRAY_SIZES_PX = (16, 22, 24, 32, 44, 48, 64)
APP_SIZES_PX = (16, 32, 48, 64, 128)


class Mark(StrEnum):
    """The small sign at the lower right."""

    NONE = "none"
    HOME = "home"
    OFFLINE = "offline"


class Face(NamedTuple):
    """A light and its mark, as the tray draws them."""

    light: Light
    mark: Mark


@lru_cache(maxsize=16)
def _renderer(name: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray((resources() / "icons" / f"{name}.svg").read_bytes()))


def _drawn(names: tuple[str, ...], size_px: int, margin_px: int) -> QPixmap:
    pixmap = QPixmap(size_px, size_px)
    # By number: the namespace Qt with its hundreds of names takes longer to load than the icon to draw.
    pixmap.fill(QColor(0, 0, 0, 0))
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    side = size_px - 2 * margin_px
    for name in names:
        _renderer(name).render(painter, QRectF(margin_px, margin_px, side, side))
    painter.end()
    return pixmap


def light_pixmap(light: Light, size_px: int, mark: Mark = Mark.NONE) -> QPixmap:
    """One picture of `size_px` device pixels, square."""
    names = (f"light-{light}",) if mark is Mark.NONE else (f"light-{light}", f"mark-{mark}")
    return _drawn(names, size_px, round(size_px / 16))


def light_pixels(light: Light, size_px: int) -> bytes:
    """The same as bytes, four for each pixel: red, green, blue, alpha. In any thread, unlike what holds a pixmap."""
    image = QImage(size_px, size_px, QImage.Format.Format_RGBA8888)
    image.fill(0)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    source = (resources() / "icons" / f"light-{light}.svg").read_bytes()
    margin_px = round(size_px / 16)
    side = size_px - 2 * margin_px
    # Not the renderer of the windows, which belongs to their thread.
    QSvgRenderer(QByteArray(source)).render(painter, QRectF(margin_px, margin_px, side, side))
    painter.end()
    return bytes(image.constBits())


@lru_cache(maxsize=16)
def light_icon(light: Light, mark: Mark = Mark.NONE) -> QIcon:
    """The light in every size that a tray may ask for."""
    icon = QIcon()
    for size_px in TRAY_SIZES_PX:
        icon.addPixmap(light_pixmap(light, size_px, mark))
    return icon


@lru_cache(maxsize=1)
def app_icon() -> QIcon:
    """The program's own icon, for windows."""
    icon = QIcon()
    for size_px in APP_SIZES_PX:
        icon.addPixmap(_drawn(("app",), size_px, 0))
    return icon
