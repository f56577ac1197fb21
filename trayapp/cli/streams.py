"""The three streams of a command: pages write in all scripts, readers leave, disks fill up, some give us none."""

import contextlib
import errno
import io
import os
import sys

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""What a file says that takes no more; a pipe without a reader is no failure of anybody's."""


def prepare() -> None:
    """Make all three usable: where what is printed goes knows fewer letters, one must not cost the rest."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            # Closed before we began. In this order each gets its own number, which a file or socket would take else.
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - for as long as we run
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def leave() -> None:
    """Throw away what nobody takes any more: the interpreter would complain about it at its end, with a code of its
    own."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
            with contextlib.suppress(OSError):
                stream.flush()
