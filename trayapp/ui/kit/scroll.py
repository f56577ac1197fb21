"""A part of a window that scrolls up and down where it has to, and only there."""

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget
from shiboken6 import isValid

from trayapp.ui.kit.tokens import GRID_PX

# Two rows, so that it is seen that there are more.
LEAST_PX = 18 * GRID_PX
SETTLED_MS = 150
"""After that it is the user's hand that scrolls."""


class _Inside(QWidget):
    """What scrolls; says when its content took another size, which a scroll area keeps to itself."""

    laid_out = Signal()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.laid_out.emit()
        return done


class Scroll(QScrollArea):
    """As high as it may be; what is in its `column` keeps the height that it needs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.inside = _Inside()
        self.inside.laid_out.connect(self.updateGeometry)
        self.inside.laid_out.connect(self._show_bar)
        self.column = QVBoxLayout(self.inside)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)
        self.setWidget(self.inside)
        self._sought: QWidget | None = None
        # Lines that wrap get their height step by step, with a layout of everything around them in between.
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(SETTLED_MS)
        self._settled.timeout.connect(self._let_go)
        self.verticalScrollBar().rangeChanged.connect(self._scroll)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._show_bar()
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def _show_bar(self) -> None:
        """Only where it is needed: Qt measures lines that wrap in the width beside the bar, where they need it."""
        policy, fits = Qt.ScrollBarPolicy, self.whole(self.width()) <= self.height()
        self.setVerticalScrollBarPolicy(policy.ScrollBarAlwaysOff if fits else policy.ScrollBarAsNeeded)

    def bring_up(self, part: QWidget) -> None:
        """Scroll to where `part` is seen whole, or from its beginning on, as soon as it has got its room."""
        self._sought = part
        self._settled.start()

    def _let_go(self) -> None:
        self._scroll()
        self._sought = None

    def _scroll(self) -> None:
        part = self._sought
        # It may be gone with its service by now.
        if part is None or not isValid(part) or not self.inside.isAncestorOf(part):
            return
        bar, room = self.verticalScrollBar(), self.viewport().height()
        top = part.mapTo(self.inside, QPoint(0, 0)).y()
        low = min(top, top + part.height() - room)
        if bar.value() < low:
            # Nothing is cut in two at the upper edge where that can be.
            bar.setValue(min((at for at in self._beginnings() if low <= at <= top), default=low))
        else:
            bar.setValue(min(bar.value(), top))

    def _beginnings(self) -> Iterator[int]:
        """Where parts begin, and parts of these, with the room above them."""
        parts = self.inside.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
        inner = [
            one
            for part in parts
            for one in part.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
        ]
        for one in (*parts, *inner):
            if one.isVisible():
                yield one.mapTo(self.inside, QPoint(0, 0)).y() - GRID_PX

    def whole(self, width: int) -> int:
        """The height in which nothing has to scroll."""
        if self.column.hasHeightForWidth():
            return self.column.totalHeightForWidth(width)
        return self.column.totalSizeHint().height()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The least, and not the whole: the layout around it would squeeze all that it has before this scrolls."""
        return self.minimumSizeHint()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        width = self.column.totalMinimumSize().width() + self.verticalScrollBar().sizeHint().width()
        # In its own width: lines that wrap would like to be narrower and higher.
        return QSize(width, min(LEAST_PX, self.whole(max(width, self.width()))))
