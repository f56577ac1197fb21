"""Qt's own few words, such as the menus of text fields, in the language of the rest."""

from PySide6.QtCore import QLibraryInfo, QTranslator
from PySide6.QtWidgets import QApplication

from trayapp.text.language import language


class QtWords:
    """Keeps Qt's translation in step with `text.language`."""

    def __init__(self) -> None:
        self.language = ""
        self._translator = QTranslator()

    def follow(self) -> bool:
        """Speak the language of now; True when it is another than the last time."""
        if self.language == language():
            return False
        self.language = language()
        QApplication.removeTranslator(self._translator)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if self._translator.load(f"qtbase_{self.language}", folder):
            QApplication.installTranslator(self._translator)
        return True
