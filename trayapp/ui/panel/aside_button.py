"""The button that leaves a service out of the light, for as long as is chosen, and counts it again."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from trayapp.core.light.verdicts import ServiceVerdict
from trayapp.text.labels import PanelLabels as Labels
from trayapp.ui.commands import Keep
from trayapp.ui.kit.button import Button
from trayapp.ui.kit.mnemonic import as_action


class AsideButton(Button):
    """Signals:
    set_aside: the service of this id, for so long (`Keep`).
    undo_aside: the service of this id.
    """

    set_aside = Signal(str, Keep)
    undo_aside = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._service = ""
        self._lengths = QMenu(self)
        self._actions = {keep: self._action(keep) for keep in Keep}
        self.clicked.connect(lambda: self.undo_aside.emit(self._service))

    def _action(self, keep: Keep) -> QAction:
        action = self._lengths.addAction("")
        action.triggered.connect(lambda: self.set_aside.emit(self._service, keep))
        return action

    def draw(self, v: ServiceVerdict) -> None:
        self._service = v.id
        self.setText(as_action(Labels.count_again if v.aside is not None else Labels.set_aside))
        self.setMenu(self._lengths if v.aside is None else None)  # type: ignore[arg-type]  # Qt takes null here
        for keep, text in zip(Keep, _lengths(), strict=True):
            self._actions[keep].setText(as_action(text))


def _lengths() -> tuple[str, ...]:
    """In the order of `Keep`."""
    return (Labels.until_it_changes, Labels.for_an_hour, Labels.until_tomorrow, Labels.until_undone)
