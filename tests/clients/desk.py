"""Where one tool runs: a home folder of its own, an address to ask, and nothing of this machine's settings."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple


class Where(NamedTuple):
    """Whom a tool is pointed at. `url`: everything before /v1; `login`: where a ChatGPT login is asked, whole."""

    url: str
    login: str
    model: str


class Desk(NamedTuple):
    """`folder`: the home; `work`: the folder in it that the tool is started in."""

    folder: Path
    where: Where

    @property
    def work(self) -> Path:
        return self.folder / "work"

    @property
    def environment(self) -> dict[str, str]:
        passed = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
        home = str(self.folder)
        here = {"HOME": home, "XDG_CONFIG_HOME": f"{home}/.config", "XDG_DATA_HOME": f"{home}/.local/share",
                "XDG_CACHE_HOME": f"{home}/.cache", "XDG_STATE_HOME": f"{home}/.local/state"}  # fmt: skip
        return passed | here | {"TERM": "dumb", "NO_COLOR": "1", "LANG": "C.UTF-8", "SHELL": "/bin/bash"}

    def write(self, name: str, text: str) -> Path:
        """A file below the home."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def write_json(self, name: str, content: Any) -> Path:
        return self.write(name, json.dumps(content))


class Started(NamedTuple):
    """How a tool is started: its command, and what its environment has beside the desk's."""

    command: tuple[str, ...]
    env: Mapping[str, str] = MappingProxyType({})
