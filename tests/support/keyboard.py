"""What a person without a mouse does: keys go where the focus is, and nowhere else."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from tests.support.pictures import settle

MOST_TABS = 200


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """One key, for whatever has the focus."""
    QTest.keyClick(focused(), key, modifiers)
    settle()


def type_in(text: str) -> None:
    """Letter by letter, for whatever has the focus."""
    QTest.keyClicks(focused(), text)
    settle()


def tab_to(wanted: QWidget) -> None:
    """Tab until `wanted` has the focus, as somebody does who sees where it is."""
    for _ in range(MOST_TABS):
        if QApplication.focusWidget() in (wanted, wanted.focusProxy()):
            return
        press(Qt.Key.Key_Tab)
    raise AssertionError(f"no way to {wanted} with Tab")


def focused() -> QWidget:
    """Who gets the next key."""
    found = QApplication.focusWidget()
    assert found is not None, "nothing has the focus"
    return found
