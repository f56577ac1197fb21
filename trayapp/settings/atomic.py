"""Replace a file whole or not at all."""

import contextlib
import errno
import os
import stat
import tempfile
from pathlib import Path

from trayapp.errors import Problem

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def write_atomic(file: Path, content: bytes, *, mode: int = 0o600) -> None:
    """Write `content` so that `file` holds either the old or the new content at every moment.

    An existing file keeps its mode, and a symbolic link (as dotfile managers make them) stays one. Missing folders
    are made for the user alone. Raises Problem `disk_full` or `not_writable`; the old content is then untouched.
    """
    target = Path(os.path.realpath(file))
    temporary: str | None = None
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            mode = stat.S_IMODE(target.stat().st_mode)
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with open(handle, "wb") as stream:  # noqa: PTH123 - a file descriptor, not a path
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(target)
    except OSError as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        raise write_problem(error, file) from error


def write_new(file: Path, content: bytes, *, mode: int = 0o600) -> bool:
    """Write `content` whole where nothing is yet; False, with nothing changed, where something is.

    Raises Problem as `write_atomic` does.
    """
    temporary: str | None = None
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
        with open(handle, "wb") as stream:  # noqa: PTH123 - a file descriptor, not a path
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(mode)
        # A rename would replace what somebody else has put there meanwhile.
        os.link(temporary, file)
    except FileExistsError:
        return False
    except OSError as error:
        raise write_problem(error, file) from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
    return True


def write_problem(error: OSError, file: Path) -> Problem:
    """The words for a failed write."""
    code = "disk_full" if error.errno in _NO_ROOM else "not_writable"
    return Problem(code, path=str(file), reason=error.strerror)
