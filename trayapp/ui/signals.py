"""Unix signals in a Qt program, without polling.

Python runs its handlers between byte codes, and an idle Qt loop runs none. The wake-up descriptor makes a signal
readable, which wakes the loop through a socket notifier.
"""

import signal
import socket
from collections.abc import Callable
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier

ENDING = (signal.SIGINT, signal.SIGTERM)


class UnixSignals(QObject):
    """Calls `on_end` on the UI thread when the program is asked to end. Create it on the main thread."""

    def __init__(self, on_end: Callable[[], None]) -> None:
        super().__init__()
        self._on_end = on_end
        self._read, self._write = socket.socketpair()
        self._read.setblocking(False)
        self._write.setblocking(False)
        self._notifier = QSocketNotifier(self._read.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._woken)
        self._before = {number: signal.signal(number, self._caught) for number in ENDING}
        self._fd_before = signal.set_wakeup_fd(self._write.fileno(), warn_on_full_buffer=False)

    def _caught(self, _number: int, _frame: FrameType | None) -> None:
        self._on_end()

    def _woken(self) -> None:
        # Reading empties the buffer; the handlers run by themselves once Python code runs again, as it does now.
        self._read.recv(4096)

    def close(self) -> None:
        """Put back what was there before."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._fd_before)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._read.close()
        self._write.close()
