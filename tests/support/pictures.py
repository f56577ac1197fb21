"""Pictures of widgets, and the two palettes that they are looked at in."""

import os
from pathlib import Path

from PySide6.QtCore import QEventLoop
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QWidget

OUT = Path(__file__).parents[1] / "_out"
LIGHT_PALETTE = {"window": "#f3f3f3", "base": "#ffffff", "text": "#202020", "button": "#f0f0f0", "link": "#0a58ca"}
DARK_PALETTE = {"window": "#232629", "base": "#1b1e20", "text": "#eff0f1", "button": "#31363b", "link": "#6cb6ff"}


def palette(colours: dict[str, str]) -> QPalette:
    made = QPalette(QColor(colours["button"]), QColor(colours["window"]))
    text = QColor(colours["text"])
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        made.setColor(role, text)
    faint = QColor(text)
    faint.setAlpha(128)
    for role in (QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText, QPalette.ColorRole.WindowText):
        made.setColor(QPalette.ColorGroup.Disabled, role, faint)
    made.setColor(QPalette.ColorRole.PlaceholderText, faint)
    made.setColor(QPalette.ColorRole.Base, QColor(colours["base"]))
    made.setColor(QPalette.ColorRole.Link, QColor(colours["link"]))
    made.setColor(QPalette.ColorRole.Highlight, QColor("#3daee9"))
    made.setColor(QPalette.ColorRole.HighlightedText, QColor("#ffffff"))
    return made


def settle() -> None:
    """Let layouts, paint events and deferred deletions happen."""
    for _ in range(30):
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)


def save(widget: QWidget, name: str) -> Path:
    """A picture of `widget` in `tests/_out`, or in the folder that `LLM_AMPEL_PICTURES` names."""
    settle()
    folder = Path(os.environ.get("LLM_AMPEL_PICTURES", OUT))
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.png"
    assert widget.grab().save(str(file))
    return file
