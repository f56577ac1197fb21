"""Whether a port of this machine is free to listen on."""

import contextlib
import errno
import os
import socket

_TAKEN = (errno.EADDRINUSE, errno.EACCES)


def taken(port: int) -> bool:
    """Whether somebody else listens there on loopback, or we may not. Of what else is wrong nothing is said."""
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with contextlib.suppress(OSError, OverflowError), socket.socket(family, socket.SOCK_STREAM) as tried:
            if os.name == "posix":
                # As servers listen: what was closed a moment ago is in nobody's way.
                tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind((host, port))
            except OSError as error:
                if error.errno in _TAKEN:
                    return True
    return False
