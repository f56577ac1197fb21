"""Where things live: the user's folders, and the resources that came with the program.

`LLM_AMPEL_HOME=DIR` puts settings, data, cache, lock and socket apart, so that a trial never touches real data.
"""

import os
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path

from trayapp.errors import Problem

APP = "llm-ampel"


@dataclass(frozen=True)
class Home:
    """The folders of one installation.

    `namespace` is empty for the user's own and a short hash otherwise; it sets keyring entries apart.
    """

    config: Path
    data: Path
    cache: Path
    runtime: Path
    namespace: str

    @property
    def settings_file(self) -> Path:
        return self.config / "settings.toml"

    @property
    def services_dir(self) -> Path:
        """The user's own catalogue files."""
        return self.config / "services"

    @property
    def store_file(self) -> Path:
        return self.data / "memory.sqlite3"

    @property
    def journal_file(self) -> Path:
        return self.data / "journal.sqlite3"

    @property
    def welcomed_file(self) -> Path:
        """There once the tray has shown itself to whoever started it for the first time."""
        return self.data / "welcomed"

    @property
    def tokens_file(self) -> Path:
        return self.data / "tokens.json"

    @property
    def salt_file(self) -> Path:
        """What credentials are hashed with where only their sameness matters."""
        return self.data / "salt"

    @property
    def log_file(self) -> Path:
        return self.data / "log" / "llm-ampel.log"

    @property
    def socket(self) -> Path:
        return self.runtime / "control"

    @property
    def lock(self) -> Path:
        return self.runtime / "lock"


def _runtime_root() -> Path:
    folder = os.environ.get("XDG_RUNTIME_DIR")
    if folder and Path(folder).is_dir():
        return Path(folder)
    if sys.platform == "win32":
        import tempfile

        return Path(tempfile.gettempdir()) / APP
    # Not tempfile's answer: it tries every place by writing, and on a full disk it finds another one or none.
    return Path(os.environ.get("TMPDIR") or "/tmp") / f"{APP}-{os.getuid()}"


def _tag(folder: Path) -> str:
    """Eight digits that tell folders apart; nobody gains from a collision of their own making."""
    return f"{zlib.crc32(os.fsencode(folder)):08x}"


def home() -> Home:
    """The folders for this run, from `LLM_AMPEL_HOME` or the platform's usual places. Creates nothing.

    Raises Problem("no_home").
    """
    try:
        return _home()
    except (RuntimeError, OSError) as error:
        # A `~` that is nobody's, a user without a home, or a path that starts in a folder which is gone.
        raise Problem("no_home") from error


def _home() -> Home:
    folder = os.environ.get("LLM_AMPEL_HOME")
    if folder:
        base = Path(folder).expanduser().absolute()
        config, data, cache = base / "config", base / "data", base / "cache"
        namespace = _tag(base)
    else:
        import platformdirs

        dirs = platformdirs.PlatformDirs(APP, appauthor=False)
        config, data, cache = dirs.user_config_path, dirs.user_data_path, dirs.user_cache_path
        namespace = ""
    tag = _tag(config)
    # Short on purpose: a Unix socket's path may have 107 bytes.
    return Home(config, data, cache, _runtime_root() / f"{APP}-{tag}", namespace)


def resources() -> Path:
    """The folder of shipped resources: inside the wheel, or beside the package in a checkout."""
    here = Path(__file__).parent
    inside = here / "resources"
    return inside if inside.is_dir() else here.parent / "resources"
