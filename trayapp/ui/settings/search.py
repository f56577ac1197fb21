"""A field above a list that leaves in it what is looked for; the list is worked from the field."""

from collections.abc import Iterator

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem

from trayapp.text.labels import DialogLabels as Labels


class Search(QLineEdit):
    """Every word of it must be in a row. Return ticks the first row that is left, or takes its tick away; Down goes to
    the list.

    Signals:
        sought: something else is looked for.
    """

    sought = Signal()

    def __init__(self, rows: QListWidget) -> None:
        super().__init__()
        self._rows = rows
        self.setPlaceholderText(Labels.search_services)
        self.setAccessibleName(Labels.search_services)
        self.setClearButtonEnabled(True)
        self.textChanged.connect(lambda _text: self.sought.emit())

    def finds(self, item: QListWidgetItem) -> bool:
        """Whether a row has what is looked for."""
        said = item.text().casefold()
        return all(word in said for word in self.text().casefold().split())

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        first = next(self._left(), None)
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                # Never the dialog's OK: whoever presses it has not seen yet what is ticked now.
                if self.text() and first is not None:
                    checked = first.checkState() == Qt.CheckState.Checked
                    first.setCheckState(Qt.CheckState.Unchecked if checked else Qt.CheckState.Checked)
                    self._go_to(first)
                    self.selectAll()
            case Qt.Key.Key_Down if first is not None:
                self._go_to(first)
                self._rows.setFocus(Qt.FocusReason.OtherFocusReason)
            case Qt.Key.Key_Escape if self.text():
                self.clear()
            case _:
                super().keyPressEvent(event)

    def _left(self) -> Iterator[QListWidgetItem]:
        items = (self._rows.item(row) for row in range(self._rows.count()))
        return (item for item in items if not item.isHidden())

    def _go_to(self, item: QListWidgetItem) -> None:
        self._rows.setCurrentItem(item)
        self._rows.scrollToItem(item)
