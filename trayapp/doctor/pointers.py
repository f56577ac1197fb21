"""Where tools are pointed at the gateway: variables of the environment, and the files that tools and shells read."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from trayapp.paths import Home
from trayapp.settings.schema import DEFAULT_PORT
from trayapp.tools.openai_env import TOOL

MAX_FILE_BYTES = 1_000_000
"""Start-up files and settings are small; what is larger is something else."""
# In the home folder, as shells and tools are documented to read them; a star stands for any name.
_FILES = (
    ".profile", ".bash_profile", ".bash_login", ".bashrc", ".zshenv", ".zprofile", ".zshrc", ".pam_environment",
    ".config/fish/config.fish", ".config/fish/conf.d/*.fish", ".config/environment.d/*.conf",
    ".claude/settings.json", ".codex/config.toml", ".codex/*.config.toml", ".config/zed/settings.json",
    ".continue/config.yaml", ".continue/config.json", ".aider.conf.yml", ".config/opencode/opencode.json",
    ".config/io.datasette.llm/extra-openai-models.yaml", ".config/Code/User/settings.json", ".env",
)  # fmt: skip
_URL = re.compile(
    r"https?://(?P<host>127(?:\.\d{1,3}){3}|localhost|\[::1\]):(?P<port>\d{1,5})(?P<path>/[^\s\"'`<>,;)}\]]*)?", re.I
)
_TOKEN = re.compile(r"/t/([^/]+)")


class Pointer(NamedTuple):
    """`where`: in words. `ours`: `setup` wrote it and takes it back. `token`: of the path, None where there is none."""

    where: str
    host: str
    port: int
    token: str | None
    ours: bool


def find_pointers(home: Home, user: Path, environment: Mapping[str, str], port: int) -> Iterator[Pointer]:
    """All that point at the gateway, which listens on `port`: by its port, the usual one, or a token in the path.

    `user`: the folder that tools call home. What cannot be read points nowhere.
    """
    for name, value in environment.items():
        yield from _in_text(f"{name} in the environment", value, port, ours=False)
    own_script = home.config / f"{TOOL}.sh"
    for file in (own_script, *(file for pattern in _FILES for file in sorted(user.glob(pattern)))):
        ours = file == own_script or file.name.startswith("60-llm-ampel")
        for number, line in enumerate(_lines(file), 1):
            if not line.lstrip().startswith("#"):
                yield from _in_text(f"{file}, line {number},", line, port, ours=ours)


def _in_text(where: str, text: str, port: int, *, ours: bool) -> Iterator[Pointer]:
    for found in _URL.finditer(text):
        token = _TOKEN.match(found["path"] or "")
        theirs = int(found["port"])
        if token is not None or theirs in (port, DEFAULT_PORT):
            yield Pointer(where, found["host"].strip("[]"), theirs, token[1] if token else None, ours)


def _lines(file: Path) -> list[str]:
    try:
        with file.open("rb") as stream:
            raw = stream.read(MAX_FILE_BYTES + 1)
    except OSError:
        return []
    return raw.decode(errors="replace").splitlines() if len(raw) <= MAX_FILE_BYTES else []
