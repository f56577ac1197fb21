"""Settings that an earlier version declared and this one does not have, though a user's file may still hold them.

To refuse the file as a mistake would cost the user every other setting in it. So they are passed over and stay in the
file as they are; `config check` names them.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trayapp.errors import Problem
from trayapp.settings import document
from trayapp.settings.mistakes import Mistake

_RETIRED = frozenset({("gateway", "anthropic")})
"""Table and name. 0.1.0 had `gateway.anthropic`, but its gateway passed on nothing of Anthropic's."""


def without_retired(data: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a settings file, as far as this version has a say in it."""
    return {
        table: {name: value for name, value in rows.items() if (table, name) not in _RETIRED}
        if isinstance(rows, dict)
        else rows
        for table, rows in data.items()
    }


def retired_settings(file: Path) -> list[Problem]:
    """Those that stand in a settings file; none of one that cannot be read, which is told elsewhere."""
    try:
        read = document.read(file)
    except (FileNotFoundError, Problem):
        return []
    return [read.problem(Mistake(place, "setting_retired", {})) for place in sorted(_RETIRED) if read.has(place)]
