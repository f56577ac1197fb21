"""PySide6 does not read the sources of what is imported after it; looked at in a process of its own."""

import subprocess
import sys

_PROGRAM = """
import linecache
import PySide6.QtWidgets
from trayapp.ui.lean import read_no_sources
assert read_no_sources(), "this PySide6 asks in another way, or no longer"
import trayapp.ui.panel
import trayapp.engine.engine
print(*[name for name in linecache.cache if "trayapp" in name or "httpx" in name])
"""


def test_no_source_is_kept() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        check=True,
        capture_output=True,
        text=True,
        env={"QT_QPA_PLATFORM": "offscreen"},
    )
    # Only the module that says so, which was imported before it could.
    assert [name for name in done.stdout.split() if not name.endswith(("lean.py", "__init__.py"))] == []


def test_without_pyside_there_is_nobody_to_tell() -> None:
    code = "from trayapp.ui.lean import read_no_sources; assert not read_no_sources()"
    subprocess.run([sys.executable, "-c", code], check=True)
