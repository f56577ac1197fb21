"""Rows of a list that a finger or an unsteady hand can hit."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtWidgets import QListWidget, QStyledItemDelegate, QStyleOptionViewItem

from trayapp.ui.kit.tokens import GRID_PX


class _Rows(QStyledItemDelegate):
    def sizeHint(  # noqa: N802 - Qt's name
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return super().sizeHint(option, index) + QSize(0, 2 * GRID_PX)


def roomy(rows: QListWidget) -> None:
    """Room above and below each text; what is too long for its row ends in dots, and is said whole by its tool tip."""
    rows.setItemDelegate(_Rows(rows))
    rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    rows.setTextElideMode(Qt.TextElideMode.ElideRight)
