"""How this machine is connected, as it says itself: link, router, resolvers, VPN, proxy. Sends nothing, wakes nobody.

On Linux from the kernel and /sys; elsewhere what the standard library and the usual files tell, the rest is not known.
"""

import ipaddress
import sys
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

from trayapp.core.evidence.surroundings import Link, LinkKind, Surroundings
from trayapp.desktop import netlink
from trayapp.desktop.netlink import Hop, KernelLink
from trayapp.desktop.uplink import uplink

# Of the documentation blocks (RFC 5737, RFC 3849): nobody has a route of its own to them.
_SOMEWHERE = ("203.0.113.1", "2001:db8::1")
# `ip -d link` of what VPNs make.
_TUNNELS = frozenset({
    "tun", "wireguard", "amneziawg", "ovpn", "ppp", "gre", "gretap", "ip6gre", "sit", "ipip", "ip6tnl", "vti", "vti6",
    "xfrm", "l2tp",
})  # fmt: skip
_MOBILE = frozenset({"wwan", "rmnet"})
# linux/if_arp.h
_ETHERNET, _PPP, _RAW_IP, _LOOPBACK, _NONE = 1, 512, 519, 772, 65534
# linux/neighbour.h: the neighbour has been heard, lately or not; nobody has, or never will.
_HEARD = 0x02 | 0x04 | 0x08 | 0x10 | 0x80
_UNHEARD = 0x20
# systemd-resolved(8) listens here and keeps whom it asks in a file of its own.
_STUBS = frozenset({"127.0.0.53", "127.0.0.54"})
# resolv.conf(5): more are not looked at.
_RESOLVERS_MAX = 3


def surroundings(root: Path = Path("/")) -> Surroundings:
    """How this machine is connected now. `root`: where its files are."""
    resolvers, proxy = _resolvers(root), proxy_host()
    if not sys.platform.startswith("linux"):
        # An own address to send from is all that tells.
        return Surroundings(resolvers=resolvers, proxy=proxy, way=True if uplink().addresses else None)
    try:
        hop = next(filter(None, map(netlink.hop_to, _SOMEWHERE)), None)
        links = [link for link in netlink.links() if link.hardware != _LOOPBACK]
    except OSError:
        return Surroundings(resolvers=resolvers, proxy=proxy)
    return _on_linux(hop, links, root, resolvers, proxy)


def _on_linux(
    hop: Hop | None, links: list[KernelLink], root: Path, resolvers: tuple[str, ...], proxy: str | None
) -> Surroundings:
    way = next((link for link in links if hop is not None and link.index == hop.index), None)
    if hop is None or way is None:
        # Loopback, or nothing: what could have carried it.
        return Surroundings(way=False, link=_likely(links, root), resolvers=resolvers, proxy=proxy)
    if not is_tunnel(way):
        return Surroundings(
            way=True, link=_seen(way, root), gateway=hop.gateway, router=_heard(hop), resolvers=resolvers, proxy=proxy
        )
    below = _below(links)
    carrier = next((link for link in links if below is not None and link.index == below.index), None)
    if carrier is None and way.hardware == _PPP:
        # Without anything below it this is a line of its own, dialled up.
        return Surroundings(way=True, link=_seen(way, root), resolvers=resolvers, proxy=proxy)
    return Surroundings(
        way=True,
        link=_seen(carrier, root) if carrier is not None else _likely(links, root),
        gateway=below.gateway if below is not None else None,
        router=_heard(below) if below is not None else None,
        resolvers=resolvers,
        tunnel=way.name,
        proxy=proxy,
    )


def is_tunnel(link: KernelLink) -> bool:
    """Is this what a VPN makes?"""
    return link.kind in _TUNNELS or (link.hardware in (_PPP, _NONE) and link.kind not in _MOBILE)


def _below(links: list[KernelLink]) -> Hop | None:
    """The default route that the tunnel's own packets take: the main table has it, or nobody tells."""
    by_name = {link.name: link for link in links if not is_tunnel(link)}
    return next(
        (
            Hop(by_name[interface].index, gateway_address(gateway))
            for interface, gateway in uplink().routes
            if interface in by_name
        ),
        None,
    )


def gateway_address(written: str) -> str | None:
    """The address that /proc/net writes in hexadecimal: IPv4 in the machine's own byte order, IPv6 as it is read."""
    raw = bytes.fromhex(written)
    if len(raw) == 4 and sys.byteorder == "little":
        raw = raw[::-1]
    return str(ipaddress.ip_address(raw)) if any(raw) else None


def _seen(link: KernelLink, root: Path) -> Link:
    return Link(link.name, link_kind(link, root), link.up)


def link_kind(link: KernelLink, root: Path) -> LinkKind | None:
    """What it is made of, None where nobody tells."""
    place = root / "sys/class/net" / link.name
    if (place / "phy80211").exists() or (place / "wireless").exists():
        return LinkKind.WIFI
    if link.kind in _MOBILE or link.hardware == _RAW_IP or "DEVTYPE=wwan" in _lines(place / "uevent"):
        return LinkKind.MOBILE
    return LinkKind.CABLE if link.hardware == _ETHERNET else None


def _likely(links: list[KernelLink], root: Path) -> Link | None:
    """Without a way out: the link that could carry one, one with a carrier before one without."""
    real = [link for link in links if link.hardware in (_ETHERNET, _RAW_IP) and not link.kind]
    return next((_seen(link, root) for link in sorted(real, key=lambda link: not link.up)), None)


def _heard(hop: Hop) -> bool | None:
    if hop.gateway is None:
        return None
    try:
        state = netlink.neighbour(hop.index, hop.gateway)
    except OSError:
        return None
    if state is None or not state & (_HEARD | _UNHEARD):
        return None
    return bool(state & _HEARD)


def _resolvers(root: Path) -> tuple[str, ...]:
    """Whom names are looked up with: of the stub on this machine, whom it asks itself."""
    own = _nameservers(root / "etc/resolv.conf")
    if own and set(own) <= _STUBS:
        own = _nameservers(root / "run/systemd/resolve/resolv.conf") or own
    return own[:_RESOLVERS_MAX]


def _nameservers(file: Path) -> tuple[str, ...]:
    found = []
    for line in _lines(file):
        match line.split():
            case ["nameserver", address, *_]:
                found.append(address)
    return tuple(found)


def _lines(file: Path) -> Iterable[str]:
    try:
        return file.read_text(errors="replace").splitlines()
    except OSError:
        return ()


def proxy_host() -> str | None:
    """The host of the proxy that requests over TLS take, as the environment or the desktop has it; never its login."""
    proxies = urllib.request.getproxies()
    proxy = proxies.get("https") or proxies.get("all")
    if not proxy:
        return None
    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        return parts.hostname or None
    except ValueError:
        return None
