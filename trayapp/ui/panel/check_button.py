"""The button that has everything asked again, and shows that it was heard."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QWidget

from trayapp.text.labels import PanelLabels as Labels
from trayapp.ui.kit.button import Button
from trayapp.ui.kit.mnemonic import as_action

# What comes of it comes with the snapshots, and may be nothing new: it is seen for so long that it was heard.
HEARD_MS = 2000


class CheckButton(Button):
    """Signals:
    asked: it was pressed, and is not waiting from the last time.
    """

    asked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent=parent)
        self._heard = QTimer(self)
        self._heard.setSingleShot(True)
        self._heard.setInterval(HEARD_MS)
        self._heard.timeout.connect(self.speak)
        self.clicked.connect(self._clicked)

    def speak(self) -> None:
        """Say in the language of now what it does, or that it does."""
        self.setText(as_action(Labels.looking if self._heard.isActive() else Labels.check_now))

    def _clicked(self) -> None:
        # Not switched off meanwhile: the keyboard would lose its place.
        if not self._heard.isActive():
            self._heard.start()
            self.speak()
            self.asked.emit()
