"""The way to the screen. Where it cannot be used Qt ends the process; this says why, and what to do instead."""

import os
import sys
from typing import TYPE_CHECKING

from trayapp.errors import Problem

# Qt is imported once it is known that there may be a screen.
if TYPE_CHECKING:
    from PySide6.QtCore import QMessageLogContext, QtMsgType
    from PySide6.QtWidgets import QApplication

FAILED = 1
REASONS_SHOWN = 3
"""Enough for each kind of screen that Qt tries."""


def require_screen(command: str) -> None:
    """Raises Problem("no_display") where no window could be shown; `command`: what works there."""
    variables = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in variables):
        raise Problem("no_display", command=command)


def make_application(name: str, title: str) -> "QApplication":
    """Connect to the screen, as `name` to the desktop and `title` to people.

    Raises Problem("broken_pyside") for the pair of versions that ends the process after some hundred signals. Ends
    the process with the problem `no_screen` in words where Qt would abort.
    """
    import PySide6
    from PySide6.QtCore import QtMsgType, qInstallMessageHandler
    from PySide6.QtWidgets import QApplication

    from trayapp.ui.lean import import_no_command_lines, read_no_sources

    # PySide6 6.12.0 gives up references to True and None that CPython below 3.12 still counts.
    if sys.version_info < (3, 12) and PySide6.__version_info__[:2] == (6, 12):
        raise Problem("broken_pyside", version=PySide6.__version__)
    read_no_sources()
    import_no_command_lines()
    messages: list[str] = []

    def listen(kind: "QtMsgType", context: "QMessageLogContext", message: str | None) -> None:
        if kind is QtMsgType.QtFatalMsg:
            _give_up(messages)
        messages.append(message or "")

    qInstallMessageHandler(listen)
    try:
        application = QApplication([name])
    finally:
        qInstallMessageHandler(None)
    application.setApplicationName("llm-ampel")
    application.setApplicationDisplayName(title)
    application.setQuitOnLastWindowClosed(False)
    return application


def _give_up(messages: list[str]) -> None:
    from trayapp.text import problems

    # One such line for each kind of screen that was tried, after the line that says why.
    why = [line.rstrip(". ") for line in messages if not line.startswith("Could not load the Qt platform plugin")]
    title, message = problems.words(("no_screen", {"reason": "; ".join(why[:REASONS_SHOWN])}))
    sys.stderr.write(f"{title}\n  {message}\n")
    sys.stderr.flush()
    # Qt aborts as soon as this returns, and an exception does not get past it.
    os._exit(FAILED)
