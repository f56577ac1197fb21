"""The order in which Tab goes through a window: as it is read, also for what was made later."""

import itertools
from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QWidget


class TabOrder:
    """Keeps the order of one window; told again after every change, it does something only when there was one."""

    def __init__(self) -> None:
        self._order: list[QWidget] = []

    def follow(self, parts: Iterable[QWidget]) -> None:
        """`parts` from top to bottom; each stands for itself and all that is inside it."""
        order = [stop for part in parts for stop in _stops(part)]
        if order != self._order:
            self._order = order
            for stop, following in itertools.pairwise(order):
                QWidget.setTabOrder(stop, following)


def _stops(part: QWidget) -> Sequence[QWidget]:
    window = part.window()
    # A combo box keeps its list in a window of its own.
    return [widget for widget in (part, *part.findChildren(QWidget)) if widget.window() is window and _is_stop(widget)]


def _is_stop(widget: QWidget) -> bool:
    # The text field inside a combo box or a number is not a stop of its own.
    inner = isinstance(widget.parentWidget(), QComboBox | QAbstractSpinBox)
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and not inner and widget.focusProxy() is None
