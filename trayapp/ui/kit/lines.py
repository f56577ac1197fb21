"""A column of lines that changes in place: what stays is not rebuilt, so reading and focus are not disturbed."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from trayapp.core.light.severity import Light
from trayapp.ui.kit.icons import light_icon
from trayapp.ui.kit.label import Picture, label, picture
from trayapp.ui.kit.links import Link
from trayapp.ui.kit.tokens import GRID_PX, LINE_PX, Size

LIGHT_PX = 3 * GRID_PX


class Line(NamedTuple):
    """`light` draws a small light before the text, `link` an address behind it, `quiet` the small text size."""

    text: str
    light: Light | None = None
    light_name: str = ""
    link: str | None = None
    quiet: bool = False


class _Row(QWidget):
    def __init__(self, quiet: bool, parent: QWidget) -> None:
        super().__init__(parent)
        self.quiet = quiet
        self._light = picture(self)
        self._text = label(size=Size.SMALL if quiet else Size.BODY, wrap=True, selectable=True, parent=self)
        self._link = Link(self)
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(2 * GRID_PX)
        # Beside the first line of the text, whose letters stand lower than its box.
        self._light.setContentsMargins(0, GRID_PX // 2, 0, 0)
        across.addWidget(self._light)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self._text)
        column.addWidget(self._link, 0, Qt.AlignmentFlag.AlignLeft)
        across.addLayout(column, 1)

    def draw(self, line: Line) -> None:
        self._text.setText(line.text)
        self._light.setVisible(line.light is not None)
        if line.light is not None:
            show_light(self._light, line.light, line.light_name, LIGHT_PX)
        self._link.lead_to(line.link)


class Lines(QWidget):
    """Shows a sequence of `Line`s from top to bottom."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[_Row] = []
        self._shown: tuple[Line, ...] = ()
        self.hide()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(LINE_PX)

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(line.text for line in self._shown)

    def draw(self, lines: Sequence[Line]) -> None:
        if tuple(lines) == self._shown:
            return
        self._shown = tuple(lines)
        for index, line in enumerate(lines):
            if index < len(self._rows) and self._rows[index].quiet is not line.quiet:
                self._drop(index)
            if index == len(self._rows):
                row = _Row(line.quiet, self)
                self._column.addWidget(row)
                # A layout shows what is added only when the event loop comes round; sizes are asked for before.
                row.show()
                self._rows.append(row)
            self._rows[index].draw(line)
        self._drop(len(lines))
        self.setVisible(bool(lines))

    def _drop(self, start: int) -> None:
        for row in self._rows[start:]:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        del self._rows[start:]


def show_light(at: Picture, light: Light, name: str, side_px: int) -> None:
    """Draw a light of `side_px` with its name for screen readers."""
    at.show_picture(light_icon(light).pixmap(QSize(side_px, side_px), at.devicePixelRatioF()), name)
