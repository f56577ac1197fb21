"""Which keys are stored, for which host, and in which keyring: everything but the keys.

A keyring cannot be listed without unlocking it, and the service files must be checked against the stored hosts
before anybody unlocks anything.
"""

import errno
from pathlib import Path

import msgspec

from trayapp.errors import Problem
from trayapp.paths import Home
from trayapp.settings.atomic import write_atomic
from trayapp.settings.reading import read_whole

_NO_FILE_OF_OURS = frozenset({errno.EFBIG, errno.EISDIR, errno.EINVAL})
"""Too large, a folder or a device: as good as damaged. Whatever else is in the way, the index may be sound."""


class KeyIndex(msgspec.Struct, frozen=True):
    """`backend`: the keyring that was first used, so that a newly installed one does not take over silently.
    `hosts`: `host[:port]` by name of the key."""

    backend: str | None = None
    hosts: dict[str, str] = {}


def index_file(home: Home) -> Path:
    return home.data / "keys.json"


def read_index(home: Home) -> KeyIndex:
    """The index; empty where there is none.

    Raises Problem `key_index_broken` or `file_unreadable`: without it no key is bound to a host.
    """
    file = index_file(home)
    try:
        return msgspec.json.decode(read_whole(file), type=KeyIndex)
    except FileNotFoundError:
        return KeyIndex()
    except OSError as error:
        if error.errno not in _NO_FILE_OF_OURS:
            raise Problem("file_unreadable", file=file.name, path=str(file), reason=error.strerror) from error
        raise Problem("key_index_broken", path=str(file)) from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Problem("key_index_broken", path=str(file)) from error


def stored_hosts(home: Home) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """The host of every stored key by its name, and what is wrong with the index; then no key is known."""
    try:
        return dict(read_index(home).hosts), ()
    except Problem as problem:
        return {}, (problem,)


def write_index(home: Home, index: KeyIndex) -> None:
    """Raises Problem `disk_full` or `not_writable`."""
    write_atomic(index_file(home), msgspec.json.format(msgspec.json.encode(index, order="sorted"), indent=2))
