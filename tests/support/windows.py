"""What of this program is on the screen, as a person finds it: its windows, their buttons, the entries of its menu."""

from typing import TypeVar

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu, QWidget

W = TypeVar("W", bound=QWidget)


def windows(kind: type[W]) -> list[W]:
    """Those of this kind that can be seen."""
    return [one for one in QApplication.topLevelWidgets() if isinstance(one, kind) and one.isVisible()]


def window(kind: type[W]) -> W:
    """The window of this kind, of which exactly one can be seen."""
    (found,) = windows(kind)
    return found


def button(inside: QWidget, start: str) -> QAbstractButton:
    """The only visible button whose words begin with `start`."""
    (found,) = (one for one in inside.findChildren(QAbstractButton) if one.isVisible() and one.text().startswith(start))
    return found


def entries(menu: QMenu) -> list[str]:
    """What the menu says from top to bottom, with lines as `---`."""
    shown = [one for one in menu.actions() if one.isVisible()]
    return ["---" if one.isSeparator() else one.text().replace("&&", "&") for one in shown]


def entry(menu: QMenu, start: str) -> QAction:
    """The last visible entry that begins with `start`."""
    return [one for one in menu.actions() if one.isVisible() and one.text().startswith(start)][-1]
