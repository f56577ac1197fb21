"""A tool's address, whole, and a button that copies it."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QTextOption
from PySide6.QtWidgets import QPlainTextEdit

from trayapp.text.labels import DialogLabels as Labels
from trayapp.text.trim import clean
from trayapp.ui.commands import ToolAccess
from trayapp.ui.kit.button import Button
from trayapp.ui.kit.card import Card
from trayapp.ui.kit.label import label
from trayapp.ui.kit.mnemonic import as_action
from trayapp.ui.kit.tokens import GROUP_PX

NAME_MAX = 60
LINES_SHOWN = 3
"""An address with its token has some 90 characters."""


class ToolAddress(Card):
    """Hidden until there is one to show."""

    def __init__(self) -> None:
        super().__init__()
        self._tool = label(bold=True, elide=True)
        self._address = _Whole(self.copy)
        self._address.setAccessibleName(Labels.tool_hint)
        self.copy_button = Button()
        self.copy_button.clicked.connect(self.copy)
        for part in (self._tool, label(Labels.tool_hint, wrap=True), self._address):
            self.column.addWidget(part)
        self.column.addWidget(self.copy_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    @property
    def url(self) -> str:
        """The address that is shown; empty where there is none."""
        return self._address.toPlainText()

    def show_access(self, access: ToolAccess) -> None:
        self._tool.setText(clean(access.name, NAME_MAX))
        self._address.setPlainText(access.url)
        self.copy_button.setText(as_action(Labels.tool_copy))
        self.show()

    def copy(self) -> None:
        """Put the address where it can be pasted from, and say so."""
        QGuiApplication.clipboard().setText(self.url)
        self.copy_button.setText(as_action(Labels.tool_copied))

    def forget(self) -> None:
        """Take it off the screen."""
        self._address.clear()
        self.hide()


class _Whole(QPlainTextEdit):
    """Text to read, broken wherever a line ends; Enter does what stands beside it."""

    def __init__(self, enter: Callable[[], None]) -> None:
        super().__init__()
        self._enter = enter
        self.setReadOnly(True)
        # Read-only text can be gone through and copied from without a mouse, too.
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        self.setFixedHeight(self.fontMetrics().lineSpacing() * LINES_SHOWN + 2 * GROUP_PX)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
            self._enter()
        else:
            super().keyPressEvent(event)
