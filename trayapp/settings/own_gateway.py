"""Whether an address is that of our own gateway, as far as can be told without asking anybody."""

import socket
from urllib.parse import urlsplit

from trayapp.core.evidence.reach import Reach, reach_of_host

_DEFAULT_PORTS = {"http": 80, "https": 443}


def is_own_gateway(url: str, port: int) -> bool:
    """Whether `url` leads to `port` of this machine, in whatever spelling; where no name hides it, the answer tells."""
    try:
        parts = urlsplit(url)
        there = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return False
    return there == port and _is_here(parts.hostname or "")


def _is_here(host: str) -> bool:
    name = host.rstrip(".").lower()
    # What nobody in particular is asked at, this machine answers; so do all of 127.0.0.0/8 and the machine's own name.
    if name in ("0.0.0.0", "::", socket.gethostname().lower()):
        return True
    if reach_of_host(name) is Reach.LOOPBACK:
        return True
    try:
        # As resolvers read it: 127.1, 0x7f.1, 2130706433.
        number = socket.inet_aton(name)
    except OSError:
        return False
    return number[0] in (0, 127)
