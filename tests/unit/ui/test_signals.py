"""A Unix signal ends an idle Qt loop at once; run in a program of its own, since signals belong to the process."""

import signal
import subprocess
import sys

PROGRAM = """
import sys
from PySide6.QtCore import QCoreApplication, QTimer
from trayapp.ui.signals import UnixSignals

app = QCoreApplication(sys.argv)
ended = []
signals = UnixSignals(lambda: (ended.append(1), app.quit()))
QTimer.singleShot(0, lambda: print("idle", flush=True))
app.exec()
signals.close()
print("ended", len(ended), flush=True)
"""


def test_sigterm_and_sigint_end_an_idle_program() -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True) as program:
            assert program.stdout is not None
            assert program.stdout.readline() == "idle\n"
            program.send_signal(number)
            told, _ = program.communicate(timeout=20)
        assert told == "ended 1\n"
        assert program.returncode == 0
