"""The README's pictures, from those that the tests have made: `python -m tests.support.readme` after a test run."""

import os
import sys
from pathlib import Path

from PySide6.QtCore import QRect
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from tests.support.pictures import OUT
from trayapp.core.light.severity import Light
from trayapp.ui.kit.icons import Mark, light_icon

SHELF = Path(__file__).parents[2] / "resources" / "screenshots"
LIGHT_PX = 32
# Where dunst shows its banners on the screen of the tests.
BANNER = QRect(828, 50, 444, 78)
PICTURES = {
    "panel": ("panel-down-light-en", None),
    "settings": ("settings-gateway-light-en", None),
    "chat": ("chat-light-en", None),
    "history": ("history-some-0-light-en", None),
    "banner": ("banner-down", BANNER),
}


def main() -> int:
    """Writes every picture; 1 when a test has not made one yet."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication([])
    for light in Light:
        pixmap = light_icon(light, Mark.OFFLINE if light is Light.GREY else Mark.NONE).pixmap(LIGHT_PX, LIGHT_PX)
        pixmap.save(str(SHELF / f"light-{light}.png"))
    missing = 0
    for name, (source, part) in PICTURES.items():
        image = QImage(str(OUT / f"{source}.png"))
        missing += image.isNull()
        (image if part is None else image.copy(part)).save(str(SHELF / f"{name}.png"))
    application.quit()
    return int(missing > 0)


if __name__ == "__main__":
    sys.exit(main())
