"""The few colours that windows are painted in, each made from the desktop's own palette, light or dark."""

from PySide6.QtGui import QColor, QPalette

from trayapp.core.light.severity import Light

# As in the icons, which hold 3:1 against light and dark.
LIGHTS = {Light.GREEN: "#2da44e", Light.YELLOW: "#d19a00", Light.RED: "#e5383b", Light.GREY: "#6e7781"}
TINT = 0.08
"""Of a light over the window's colour: seen as a colour, and no reason to read the words on it twice."""
HAIRLINE = 0.18
"""Of the text over what it stands on, for every line and edge."""
HOVER, PRESSED = 0.06, 0.14
LIFT = 0.05
"""Of the text over a dark window, for what stands out from it."""
LEAST_CONTRAST = 4.5
"""Of words on the accent colour, as WCAG 2.2 asks of text of this size."""


def mix(over: QColor, under: QColor, share: float) -> QColor:
    """`under` with so much of `over` on it."""
    parts = ((part(over), part(under)) for part in (QColor.red, QColor.green, QColor.blue))
    return QColor(*(round(share * one + (1 - share) * other) for one, other in parts))


def tint(light: Light, palette: QPalette) -> QColor:
    """The window's colour with a breath of the light."""
    return mix(QColor(LIGHTS[light]), palette.color(QPalette.ColorRole.Window), TINT)


def hairline(palette: QPalette) -> QColor:
    """The one colour of lines and edges."""
    return mix(palette.color(QPalette.ColorRole.WindowText), palette.color(QPalette.ColorRole.Window), HAIRLINE)


def lifted(palette: QPalette) -> QColor:
    """The ground of a card: lighter than its window. Where fields are darker than that, they could not be told from it
    in their own colour, nor could boxes to tick."""
    window, base = palette.color(QPalette.ColorRole.Window), palette.color(QPalette.ColorRole.Base)
    if base.lightness() >= window.lightness():
        return base
    return mix(palette.color(QPalette.ColorRole.WindowText), window, LIFT)


def on_accent(palette: QPalette) -> QColor:
    """The desktop's colour for words on its accent, unless nobody could read them there."""
    accent = palette.color(QPalette.ColorRole.Highlight)
    own = palette.color(QPalette.ColorRole.HighlightedText)
    if contrast(own, accent) >= LEAST_CONTRAST:
        return own
    return max((QColor("#000000"), QColor("#ffffff")), key=lambda colour: contrast(colour, accent))


def contrast(one: QColor, other: QColor) -> float:
    """How far apart two colours are for the eye: 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: QColor) -> float:
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
