"""Qt's own few words, such as the menus of text fields, in the language of the rest."""

from functools import cache

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QTranslator
from PySide6.QtWidgets import QApplication

from trayapp.text.language import language


@cache
def _translator() -> QTranslator:
    """The application's one, however often somebody comes to say which language: asking it takes 0.3 MB."""
    return QTranslator(QCoreApplication.instance())


class QtWords:
    """Keeps Qt's translation in step with `text.language`."""

    def __init__(self) -> None:
        self.language = ""
        self._translator = _translator()

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
