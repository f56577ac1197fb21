"""Hosts in one spelling, so that a key is compared with the host it was stored for and nothing else."""

import re
from urllib.parse import urlsplit

from trayapp.core.evidence.reach import Reach, reach_of_url

_DEFAULT_PORTS = {"http": 80, "https": 443}
_UNSOUND = re.compile(r"[\x00-\x20\x7f\\]")


def is_sound_url(url: str) -> bool:
    """Whether an http(s) address is read alike by every client and resolver; some crash on what is not."""
    if _UNSOUND.search(url):
        return False
    try:
        parts = urlsplit(url)
        # The encoding knows the lengths that a name and its parts may have (RFC 1035).
        (parts.hostname or "").encode("idna")
        return bool(parts.hostname) and parts.port != 0 and parts.username is None and parts.password is None
    except ValueError:
        return False


def host_of(url: str) -> str:
    """`host` or `host:port` of an http(s) address, in lower case, without the scheme's default port."""
    parts = urlsplit(url)
    name = parts.hostname or ""
    name = f"[{name}]" if ":" in name else name
    if parts.port is None or parts.port == _DEFAULT_PORTS.get(parts.scheme):
        return name
    return f"{name}:{parts.port}"


def same_host(host: str, other: str) -> bool:
    """Whether two `host[:port]` are the same place over TLS."""
    return host_of(f"https://{host}") == host_of(f"https://{other}")


def may_carry_key(url: str) -> bool:
    """A key travels over TLS only; loopback may be plain."""
    parts = urlsplit(url)
    return parts.scheme == "https" or reach_of_url(url) is Reach.LOOPBACK
