"""Hosts in one spelling, so that a key is compared with the host it was stored for and nothing else."""

from urllib.parse import urlsplit

from trayapp.core.evidence.reach import Reach, reach_of_url

_DEFAULT_PORTS = {"http": 80, "https": 443}


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
