"""Rows that a finger or an unsteady hand can hit."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtWidgets import QListWidget, QStyledItemDelegate, QStyleOptionViewItem, QTreeWidget

from trayapp.ui.kit.tokens import GRID_PX


class _Rows(QStyledItemDelegate):
    def sizeHint(  # noqa: N802 - Qt's name
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return super().sizeHint(option, index) + QSize(0, 2 * GRID_PX)


def roomy(rows: QListWidget | QTreeWidget) -> None:
    """Room above and below each text; what is too long for its row ends in dots."""
    rows.setItemDelegate(_Rows(rows))
    rows.setTextElideMode(Qt.TextElideMode.ElideRight)
    if isinstance(rows, QTreeWidget):
        # One row is measured then, and not all that there were in three years.
        rows.setUniformRowHeights(True)
    else:
        rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
