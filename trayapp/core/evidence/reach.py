"""Which kind of address something is at: this machine, the own network, or the internet.

One rule for everybody: what an answer proves, which control vouches for it, whether a server is local. Names are
judged as they stand, since core asks no resolver; whoever has an address asks by that.
"""

import ipaddress
from enum import StrEnum
from functools import lru_cache
from urllib.parse import urlsplit


class Reach(StrEnum):
    """Which kind of address was asked. A control vouches only for its own kind; loopback needs no proof."""

    PUBLIC = "public"
    PRIVATE = "private"
    LOOPBACK = "loopback"


# Top-level names that the public DNS does not have: RFC 6762 (local, and the list in its appendix G), RFC 8375
# (home.arpa), ICANN's choice of 2024 (internal), and what home routers and dnsmasq add.
_PRIVATE_SUFFIXES = (
    ".local", ".lan", ".home", ".corp", ".internal", ".intranet", ".private", ".localdomain", ".home.arpa",
)  # fmt: skip


# Handed out for every public name by tools that send all traffic through a VPN or a proxy ("fake-ip": Clash, Surge,
# sing-box); nobody's network has it, since RFC 2544 keeps it for benchmarks.
_STAND_INS = ipaddress.ip_network("198.18.0.0/15")


def reach_of_address(address: str) -> Reach:
    """The kind of an IP address, with or without a scope. Raises ValueError for anything else."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if ip.is_loopback:
        return Reach.LOOPBACK
    # Not is_private: a carrier's 100.64.0.0/10 is neither private nor global.
    return Reach.PUBLIC if ip.is_global or ip in _STAND_INS else Reach.PRIVATE


# Asked several times for each request through the gateway, always of the same few hosts.
@lru_cache(maxsize=256)
def reach_of_host(host: str) -> Reach:
    """The kind of a host by its name or address alone, without a port."""
    name = host.strip("[]").rstrip(".").lower()
    try:
        return reach_of_address(name)
    except ValueError:
        pass
    if name == "localhost" or name.endswith(".localhost"):
        return Reach.LOOPBACK
    return Reach.PRIVATE if "." not in name or name.endswith(_PRIVATE_SUFFIXES) else Reach.PUBLIC


def is_address(host: str) -> bool:
    """Is this an address already, and no name?"""
    try:
        reach_of_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def reach_of_url(url: str) -> Reach:
    """The kind of the host in an address, as `reach_of_host`."""
    return reach_of_host(urlsplit(url).hostname or "")
