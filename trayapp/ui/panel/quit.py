"""The question before the end: what becomes of tools that are still pointed at the gateway."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from trayapp.core.snapshot import Snapshot
from trayapp.text.labels import App
from trayapp.text.labels import QuitQuestion as Labels
from trayapp.text.panel import tools_line
from trayapp.ui.commands import Leave
from trayapp.ui.kit.icons import app_icon
from trayapp.ui.kit.mnemonic import as_action


def ask_to_quit(s: Snapshot, parent: QWidget | None = None) -> Leave | None:
    """Ask, and wait for the answer; None when the user would rather stay."""
    box = QMessageBox(QMessageBox.Icon.Question, App.name, Labels.title, parent=parent)
    box.setWindowIcon(app_icon())
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setInformativeText(f"{Labels.text}\n\n{tools_line(s)}")
    keep = box.addButton(as_action(Labels.keep), QMessageBox.ButtonRole.AcceptRole)
    back = box.addButton(as_action(Labels.set_back), QMessageBox.ButtonRole.DestructiveRole)
    stay = box.addButton(as_action(Labels.cancel), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keep)
    box.setEscapeButton(stay)
    box.exec()
    if box.clickedButton() is keep:
        return Leave.KEEP_GATEWAY
    return Leave.SET_TOOLS_BACK if box.clickedButton() is back else None
