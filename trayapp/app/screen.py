"""The way to the screen. Where it cannot be used Qt aborts the process; this says why, and what to do instead."""

import os
import sys

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

FAILED = 1
REASONS_SHOWN = 3
"""Enough for each kind of screen that Qt tries."""


def make_application(name: str) -> QApplication:
    """Connect to the screen; ends the process with the problem `no_screen` in words where Qt would abort."""
    said: list[str] = []

    def listen(kind: QtMsgType, context: QMessageLogContext, message: str | None) -> None:
        if kind is QtMsgType.QtFatalMsg:
            _give_up(said)
        said.append(message or "")

    qInstallMessageHandler(listen)
    try:
        return QApplication([name])
    finally:
        qInstallMessageHandler(None)


def _give_up(said: list[str]) -> None:
    from trayapp.text import language, problems

    language.set_language("auto")
    # One such line for each kind of screen that was tried, after the line that says why.
    why = [one.rstrip(". ") for one in said if not one.startswith("Could not load the Qt platform plugin")]
    title, message = problems.words(("no_screen", {"reason": "; ".join(why[:REASONS_SHOWN])}))
    sys.stderr.write(f"{title}\n  {message}\n")
    sys.stderr.flush()
    # Qt aborts as soon as this returns, and an exception does not get past it.
    os._exit(FAILED)
