"""The smallest tray program: a PySide6 icon with a menu. Clicks are printed. Argument: the colour, `#rrggbb`."""

import sys

from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon

SIZES_PX = (16, 22, 32)


def main() -> int:
    app = QApplication(sys.argv)
    app.setQuitOnLastWindowClosed(False)
    icon = QIcon()
    for size in SIZES_PX:
        pixmap = QPixmap(size, size)
        pixmap.fill(QColor(sys.argv[1]))
        icon.addPixmap(pixmap)
    menu = QMenu()
    menu.addAction("A light is red").setEnabled(False)
    menu.addSeparator()
    menu.addAction("Check now").triggered.connect(lambda: print("checked", flush=True))  # noqa: T201 - read by a test
    submenu = menu.addMenu("More")
    submenu.addAction("&Quit").triggered.connect(app.quit)
    tray = QSystemTrayIcon(icon)
    tray.setToolTip("ChatGPT down 18 min")
    tray.setContextMenu(menu)
    tray.activated.connect(lambda reason: print(reason.name, flush=True))  # noqa: T201 - read by a test
    tray.show()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
