"""One instance at a time: a lock that dies with its holder, in a folder that is the user's alone."""

import contextlib
import os
import stat
import sys
from pathlib import Path

from trayapp.errors import Problem
from trayapp.paths import Home

PRIVATE_DIR = 0o700


def private_folder(folder: Path) -> None:
    """Make sure that `folder` exists and belongs to this user alone. Raises Problem("runtime_folder")."""
    try:
        folder.mkdir(mode=PRIVATE_DIR, parents=True, exist_ok=True)
        seen = folder.lstat()
    except OSError as error:
        raise Problem("runtime_folder", path=str(folder), why=error.strerror) from error
    if sys.platform == "win32":
        return
    # In a shared /tmp somebody else could have made the folder first, or pointed a link at their own.
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != os.getuid():
        raise Problem("runtime_folder", path=str(folder), why="it belongs to somebody else")
    if stat.S_IMODE(seen.st_mode) != PRIVATE_DIR:
        folder.chmod(PRIVATE_DIR)


def holder(home: Home) -> str:
    """The number of the process that is, or was last, the one instance; "?" where nobody wrote it down."""
    try:
        return home.lock.read_text().strip() or "?"
    except OSError:
        return "?"


class Lock:
    """Held from `acquire` until `release` or the end of the process, however it ends."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._handle: int | None = None

    def acquire(self) -> bool:
        """True when this process is now the one instance. Raises Problem("runtime_folder")."""
        private_folder(self._home.runtime)
        lock = self._home.lock
        try:
            handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise Problem("runtime_folder", path=str(lock.parent), why=error.strerror) from error
        if not _lock(handle):
            os.close(handle)
            return False
        # For people who look; on a full disk the lock holds all the same.
        with contextlib.suppress(OSError):
            os.truncate(handle, 0)
            os.write(handle, f"{os.getpid()}\n".encode())
        self._handle = handle
        return True

    def release(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


if sys.platform == "win32":

    def _lock(handle: int) -> bool:
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:

    def _lock(handle: int) -> bool:
        import fcntl

        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
