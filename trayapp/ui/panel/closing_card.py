"""The end of the demo: what was to be seen in it, and what can come next."""

from enum import StrEnum

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout

from trayapp.text.labels import ClosingLabels as Labels
from trayapp.ui.kit.button import Button
from trayapp.ui.kit.icons import app_icon
from trayapp.ui.kit.label import label
from trayapp.ui.kit.mnemonic import as_action
from trayapp.ui.kit.tokens import EDGE_PX, GROUP_PX, Size

WIDTH_CHARACTERS = 58


class Next(StrEnum):
    """What comes after the demo."""

    NOTHING = "nothing"
    AGAIN = "again"
    SET_UP = "set_up"


class ClosingCard(QDialog):
    """Waits for one of its buttons, or to be closed.

    Signals:
        chosen: the `Next`.
    """

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setWindowIcon(app_icon())
        self.setWindowTitle(Labels.title)
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX)
        column.setSpacing(EDGE_PX)
        heading = label(size=Size.TITLE, bold=True, wrap=True, parent=self)
        heading.setText(Labels.title)
        text = label(wrap=True, parent=self)
        text.setText(Labels.text)
        text.setMinimumWidth(self.fontMetrics().averageCharWidth() * WIDTH_CHARACTERS)
        column.addWidget(heading)
        column.addWidget(text)
        across = QHBoxLayout()
        across.setSpacing(GROUP_PX)
        across.addStretch(1)
        close = Button(as_action(Labels.close), self)
        again = Button(as_action(Labels.again), self)
        set_up = Button(as_action(Labels.set_up), self, primary=True)
        for button in (close, again, set_up):
            across.addWidget(button)
        column.addLayout(across)
        self._next = Next.NOTHING
        close.clicked.connect(self.reject)
        again.clicked.connect(lambda: self._choose(Next.AGAIN))
        set_up.clicked.connect(lambda: self._choose(Next.SET_UP))
        self.finished.connect(lambda _code: self.chosen.emit(self._next))

    def _choose(self, following: Next) -> None:
        self._next = following
        self.accept()
