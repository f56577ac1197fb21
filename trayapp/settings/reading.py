"""Read a small file of the user's whole, and nothing that only stands in its place."""

import errno
import os
import stat
from pathlib import Path

MAX_FILE_BYTES = 4 << 20
"""Far more than any file of ours; it keeps a wrong one out of memory."""


def read_whole(file: Path, limit: int = MAX_FILE_BYTES) -> bytes:
    """The content of a regular file of at most `limit` bytes.

    Raises OSError for everything else as well: a pipe would be waited for, for ever, and a device has no end.
    """
    # Looked at first, because opening some devices does something.
    _demand_regular(file.stat().st_mode)
    handle = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with open(handle, "rb") as stream:  # noqa: PTH123 - a file descriptor, not a path
        _demand_regular(os.fstat(handle).st_mode)
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    return content


def _demand_regular(mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "not a regular file")
