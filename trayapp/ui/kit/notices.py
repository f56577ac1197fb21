"""What needs attention: a standing problem, or a command that failed."""

from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QHBoxLayout, QStyle, QToolButton, QVBoxLayout, QWidget

from trayapp.core.light.severity import Light
from trayapp.errors import Param, Problem
from trayapp.text.labels import PanelLabels as Labels
from trayapp.text.panel import light_name
from trayapp.text.problems import words
from trayapp.ui.kit.lines import Line, Lines
from trayapp.ui.kit.tokens import GROUP_PX, LINE_PX

Told = tuple[str, Mapping[str, Param]]


def sentence(problem: Problem | Told) -> str:
    """Title and message as one text."""
    title, message = words(problem)
    return f"{title}. {message}" if title[-1:] not in ".!?…" else f"{title} {message}"


class Notices(QWidget):
    """Standing problems come and go with the snapshots; what failed after a click stays until it is closed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._standing: tuple[str, ...] = ()
        self._failed: tuple[Problem, ...] = ()
        self._remark = Line("")
        self._lines = Lines(self)
        self._close = QToolButton(self)
        self._close.setAutoRaise(True)
        self._close.setIcon(self.style().standardIcon(QStyle.StandardPixmap.SP_TitleBarCloseButton))
        self._close.clicked.connect(lambda: self.failed(()))
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(GROUP_PX)
        column = QVBoxLayout()
        column.addWidget(self._lines)
        column.addStretch(1)
        across.addLayout(column, 1)
        right = QVBoxLayout()
        right.setSpacing(LINE_PX)
        right.addWidget(self._close)
        right.addStretch(1)
        across.addLayout(right)
        self._show()

    @property
    def texts(self) -> tuple[str, ...]:
        return self._lines.texts

    def standing(self, problems: Sequence[Problem | Told]) -> None:
        self._standing = tuple(map(sentence, problems))
        self._show()

    def failed(self, problems: Sequence[Problem]) -> None:
        """What the last command could not do; nothing when it could."""
        self._failed = tuple(problems)
        self._show()

    def remark(self, text: str, *, attention: bool = True) -> None:
        """One sentence of our own, such as that there is no tray. `attention`: something is not as it should be."""
        self._remark = _attention(text) if attention else Line(text)
        self._show()

    def _show(self) -> None:
        lines = [_attention(text) for text in (*self._standing, *map(sentence, self._failed))]
        if self._remark.text:
            lines.insert(0, self._remark)
        self._lines.draw(lines)
        self._close.setVisible(bool(self._failed))
        self._close.setAccessibleName(Labels.close)
        self._close.setToolTip(Labels.close)
        self.setVisible(bool(lines))


def _attention(text: str) -> Line:
    return Line(text, Light.YELLOW, light_name(Light.YELLOW))
