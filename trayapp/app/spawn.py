"""The program beside itself: another instance, or what is to go on when this one has ended."""

import subprocess
import sys


def spawn(*arguments: str) -> None:
    """Start the program once more, on its own: it outlives this process and its terminal."""
    subprocess.Popen(
        [sys.executable, "-m", "trayapp.cli", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
