"""Keeps the tray small: what others import or keep without need."""

import linecache
import sys
from types import ModuleType
from typing import Any

_OURS = ("trayapp.ui", "trayapp.app", "trayapp.demo")


def _draws(module: ModuleType) -> bool:
    return module.__name__.startswith(_OURS)


def read_no_sources() -> bool:
    """Answer PySide6's question whether a module uses it by name; True when there was somebody to tell.

    WORKAROUND: for the sake of `from __feature__ import …`, which nobody here uses, `shibokensupport.feature` looks
    for "PySide6" in the text of every module that is imported later, and `linecache` keeps those texts: 10 MB and a
    third of the time that the engine's imports take, measured with PySide6 6.11.3 on Python 3.11.
    """
    feature: Any = sys.modules.get("shibokensupport.feature")
    if not hasattr(feature, "_mod_uses_pyside"):
        return False
    feature._mod_uses_pyside = _draws
    # What it has looked through until now: typing and enum.
    linecache.clearcache()
    return True


def import_no_command_lines() -> None:
    """Have httpx go without its command line, as it does where click and rich are not installed.

    WORKAROUND: `import httpx` imports its command line wherever it can, and Debian's python3-httpx brings what it
    takes: click, rich and pygments, 5 MB with httpx 0.28.1 on Python 3.11. Without them it has a stand-in:
    https://github.com/encode/httpx/blob/0.28.1/httpx/__init__.py
    """
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # None is how Python notes "not to be had"
