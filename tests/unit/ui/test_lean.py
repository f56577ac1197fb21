"""The tray imports and keeps only what it needs; looked at in processes of their own."""

import subprocess
import sys

_PROGRAM = """
import linecache
import PySide6.QtWidgets
from trayapp.ui.lean import read_no_sources
assert read_no_sources(), "this PySide6 asks in another way, or no longer"
import trayapp.ui.panel
import trayapp.engine.engine
print(*linecache.cache)
"""

_WATCHING = """
import sys
from trayapp.app.screen import make_application
make_application("llm-ampel", "LLM Ampel")
import trayapp.app.program, trayapp.app.backstage, trayapp.watch.pages.vendors.statuspage, trayapp.desktop.notify_dbus
print(*sys.modules)
"""

_FOR_OTHERS = {
    "aiohttp": "the gateway",
    "click": "the command line of httpx, which tools of this environment bring",
    "dbus_fast": "the tests' services on the bus",
    "difflib": "mistakes in the settings",
    "html": "nobody",
    "rich": "the command line of httpx",
    "statistics": "slow first tokens",
    "tomlkit": "changes of the settings",
    "trayapp.control.answers": "whoever asks on the command line",
    "trayapp.core.checklist": "the panel, and who asks on the command line",
    "trayapp.core.mine.fails": "who says that it fails for them",
    "trayapp.ui.kit.label": "windows: it loads the namespace Qt",
}


def printed(program: str) -> list[str]:
    command = [sys.executable, "-c", program]
    environment = {"QT_QPA_PLATFORM": "offscreen"}
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.split()


def test_no_source_is_kept() -> None:
    # Only the module that says so, which was imported before it could.
    assert [name for name in printed(_PROGRAM) if not name.endswith(("lean.py", "__init__.py"))] == []


def test_watching_imports_nothing_that_only_others_need() -> None:
    imported = set(printed(_WATCHING))
    assert {"httpx", "trayapp.engine.engine", "trayapp.ui.tray.menu"} <= imported
    assert imported & _FOR_OTHERS.keys() == set()


def test_without_pyside_there_is_nobody_to_tell() -> None:
    code = "from trayapp.ui.lean import read_no_sources; assert not read_no_sources()"
    subprocess.run([sys.executable, "-c", code], check=True)
