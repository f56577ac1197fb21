"""Labels that show text as text: the only place that may make a `QLabel`.

Qt's labels guess whether they were given markup, so a provider's error page could become an image or a link.
"""

import re

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from trayapp.ui.kit.tokens import Size, font

# Addresses and foreign codes; without a break they would make a window as wide as they are.
_LONG_WORD = re.compile(r"\S{24}(?=\S)")


def breakable(text: str) -> str:
    """`text` with invisible places to break a line in words that are longer than any of a language."""
    return _LONG_WORD.sub(lambda run: run.group() + "\u200b", text)


class Label(QLabel):
    """Plain text in one of the three sizes; made by `label`."""

    def __init__(self, text: str, size: Size, bold: bool, elide: bool, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._elide = elide
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(font(size, bold=bold))
        self.setText(text)

    def setText(self, text: str) -> None:  # noqa: N802 - Qt's name
        text = breakable(text)
        if text != self.text():
            super().setText(text)
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        if not self._elide:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        box = self.contentsRect()
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, box.width())
        role = self.foregroundRole()
        self.style().drawItemText(painter, box, self.alignment(), self.palette(), self.isEnabled(), shown, role)
        painter.end()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        hint = super().minimumSizeHint()
        return (
            QSize(min(hint.width(), self.fontMetrics().averageCharWidth() * 6), hint.height()) if self._elide else hint
        )

    def event(self, event: QEvent) -> bool:
        if self._elide and event.type() == QEvent.Type.ToolTip:
            whole = self.fontMetrics().horizontalAdvance(self.text()) <= self.contentsRect().width()
            self.setToolTip("" if whole else as_tooltip(self.text()))
        return super().event(event)


def label(
    text: str = "",
    *,
    size: Size = Size.BODY,
    bold: bool = False,
    wrap: bool = False,
    elide: bool = False,
    selectable: bool = False,
    parent: QWidget | None = None,
) -> Label:
    """A label for any text, remote text included. `wrap` breaks lines, `elide` cuts one line where room ends."""
    made = Label(text, size, bold, elide, parent)
    made.setWordWrap(wrap)
    if elide:
        made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    if selectable:
        made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


class Picture(QLabel):
    """A small picture with a name for screen readers."""

    def show_picture(self, pixmap: QPixmap, name: str) -> None:
        """`name` says what the picture means."""
        self.setPixmap(pixmap)
        self.setAccessibleName(name)


def picture(parent: QWidget | None = None) -> Picture:
    made = Picture(parent)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
    return made


def as_tooltip(text: str) -> str:
    """Text for Qt's own tool tips, which guess at markup and offer no way to say no: escaped, in one paragraph."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br>")
    return f"<p>{escaped}</p>"
