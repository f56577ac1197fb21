"""Qt's own words follow the language."""

from PySide6.QtCore import QCoreApplication

from trayapp.text.language import set_language
from trayapp.ui.speak import QtWords


def test_qt_speaks_german_and_english_again(english: None) -> None:
    words = QtWords()
    assert words.follow()
    assert not words.follow()
    set_language("de")
    assert words.follow()
    assert QCoreApplication.translate("QWidgetTextControl", "Select All") == "Alles auswählen"
    set_language("en")
    assert words.follow()
    assert QCoreApplication.translate("QWidgetTextControl", "Select All") == "Select All"
