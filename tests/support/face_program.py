"""Tray, menu and panel as they are, over made-up snapshots: what the desktop tests look at and click.

Arguments: a FIFO, one line `state [service]` for each snapshot to draw (`quit` ends), and the patience in ms.
Everything that the user asks for is printed.
"""

import os
import sys
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QSocketNotifier
from PySide6.QtWidgets import QApplication

from tests.support.states import STATES
from trayapp.ui.panel.window import Panel, pointer
from trayapp.ui.tray.icon import Tray
from trayapp.ui.tray.menu import TrayMenu


def say(*words: object) -> None:
    print(*words, flush=True)  # noqa: T201 - read by a test


class Program(QObject):
    def __init__(self, fifo: Path, patience_ms: int) -> None:
        super().__init__()
        self.snapshot = STATES["fine"]()
        self.menu = TrayMenu()
        self.tray = Tray(self.menu.menu, patience_ms=patience_ms)
        self.panel = Panel()
        # Read and write, so that it does not end with its first writer.
        self.reader = os.fdopen(os.open(fifo, os.O_RDWR | os.O_NONBLOCK), "rb", buffering=0)
        self.notifier = QSocketNotifier(self.reader.fileno(), QSocketNotifier.Type.Read)
        self.notifier.activated.connect(self._told)
        self.menu.open_panel.connect(self._open)
        self.menu.switch_local.connect(lambda providers: say("switch_local", *providers))
        self.menu.switch_cloud.connect(lambda: say("switch_cloud"))
        self.menu.switch_mode.connect(lambda mode: say("switch_mode", mode))
        self.menu.set_up.connect(lambda: say("set_up"))
        self.menu.check.connect(lambda: say("check"))
        self.menu.settings.connect(lambda: say("settings"))
        self.menu.demo.connect(lambda: say("demo"))
        self.menu.quit.connect(QApplication.quit)
        self.panel.quit.connect(QApplication.quit)
        self.panel.installEventFilter(self)
        self.tray.clicked.connect(self._open)
        self.tray.missing.connect(self._missing)
        self.tray.appeared.connect(self._appeared)
        self.menu.draw(self.snapshot)
        self.tray.show(self.snapshot)
        say("shown")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Hide:
            say("closed")
        return super().eventFilter(watched, event)

    def _told(self) -> None:
        for line in self.reader.read(4096).decode().splitlines():
            if line == "quit":
                QApplication.quit()
                return
            self.snapshot = STATES[line]()
            self.menu.draw(self.snapshot)
            self.tray.draw(self.snapshot)
            self.panel.draw(self.snapshot)
            say("drew", line)

    def _open(self, service: str = "") -> None:
        say("open", service)
        self.panel.draw(self.snapshot)
        self.panel.open_at(service, near=pointer())

    def _missing(self) -> None:
        say("missing")
        self.panel.without_tray(True)
        self._open()

    def _appeared(self) -> None:
        say("appeared")
        self.panel.without_tray(False)


def main() -> int:
    app = QApplication(sys.argv)
    app.setQuitOnLastWindowClosed(False)
    program = Program(Path(sys.argv[1]), int(sys.argv[2]))
    code = app.exec()
    program.tray.close()
    return code


if __name__ == "__main__":
    sys.exit(main())
