"""How this machine is connected, and word from the kernel when that may have changed. Linux only; sends nothing."""

import contextlib
import errno
import hashlib
import socket
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

# Addresses of the documentation blocks (RFC 5737, RFC 3849): connecting a datagram socket to them sends nothing, but
# makes the kernel choose the route and the own address that a real connection would use, policy routing included.
_SOMEWHERE = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
_DISCARD_PORT = 9

# linux/rtnetlink.h, RTMGRP_*: links, and addresses and routes of both families.
_RTMGRP_LINK = 0x1
_RTMGRP_IPV4_IFADDR, _RTMGRP_IPV4_ROUTE = 0x10, 0x40
_RTMGRP_IPV6_IFADDR, _RTMGRP_IPV6_ROUTE = 0x100, 0x400
_GROUPS = _RTMGRP_LINK | _RTMGRP_IPV4_IFADDR | _RTMGRP_IPV4_ROUTE | _RTMGRP_IPV6_IFADDR | _RTMGRP_IPV6_ROUTE

_IPV6_PREFIX_BYTES = 8
_LARGEST_DATAGRAM_BYTES = 65536
_IPV4_HEX_CHARACTERS = 8
_NO_MAC = "00:00:00:00:00:00"
# Enough that no two networks of one user share a name.
_NAME_CHARACTERS = 16


class Uplink(Struct, frozen=True):
    """The ways out: default routes as (interface, gateway), own addresses as a connection would use them.

    Of an IPv6 address only the prefix counts: the rest changes daily for privacy and breaks no connection.
    """

    routes: tuple[tuple[str, str], ...]
    addresses: tuple[str, ...]


def uplink(proc_net: Path = Path("/proc/net")) -> Uplink:
    """How this machine is connected now."""
    routes = [*_default_routes_4(_lines(proc_net / "route")), *_default_routes_6(_lines(proc_net / "ipv6_route"))]
    return Uplink(tuple(sorted(set(routes))), tuple(_own_addresses()))


def network_name(connected: Uplink, proc_net: Path = Path("/proc/net")) -> str:
    """A name for this network that is the same whenever the machine comes back to it; "" without any way out.

    By its default gateways with their hardware addresses, as far as the kernel knows them already; where there are no
    such tables, by the own addresses. Only a digest of them, since it is kept.
    """
    hardware = dict(_hardware_addresses(_lines(proc_net / "arp")))
    known = [
        (interface, gateway, hardware.get((_in_dots(gateway), interface), ""))
        for interface, gateway in connected.routes
    ]
    told = known or connected.addresses
    return hashlib.sha256(repr(told).encode()).hexdigest()[:_NAME_CHARACTERS] if told else ""


def _in_dots(gateway: str) -> str:
    """The kernel's hexadecimal IPv4 address, in its own byte order, as people write it; others stay as they are."""
    return socket.inet_ntoa(struct.pack("=L", int(gateway, 16))) if len(gateway) == _IPV4_HEX_CHARACTERS else gateway


def _hardware_addresses(lines: Iterable[str]) -> Iterable[tuple[tuple[str, str], str]]:
    for line in lines:
        match line.split():
            case [address, _, _, mac, _, interface] if mac != _NO_MAC and ":" in mac:
                yield (address, interface), mac


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text().splitlines()
    except OSError:
        return []


def _default_routes_4(lines: Iterable[str]) -> Iterable[tuple[str, str]]:
    for line in lines:
        match line.split():
            case [interface, "00000000", gateway, *_, "00000000", _, _, _]:
                yield interface, gateway


def _default_routes_6(lines: Iterable[str]) -> Iterable[tuple[str, str]]:
    for line in lines:
        match line.split():
            case [destination, "00", _, _, gateway, *_, interface] if not destination.strip("0") and interface != "lo":
                yield interface, gateway


def _own_addresses() -> Iterable[str]:
    for family, somewhere in _SOMEWHERE:
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((somewhere, _DISCARD_PORT))
            address = socket.inet_pton(family, probe.getsockname()[0])
            yield address[:_IPV6_PREFIX_BYTES].hex()


def route_events() -> socket.socket | None:
    """A non-blocking socket that becomes readable when links, addresses or routes change; None where there is none."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        events = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
    except OSError:
        return None
    try:
        events.bind((0, _GROUPS))
        events.setblocking(False)
    except OSError:
        events.close()
        return None
    return events


def drain(events: socket.socket) -> None:
    """Read what has come; what it says does not matter, since `uplink` looks for itself."""
    while True:
        try:
            events.recv(_LARGEST_DATAGRAM_BYTES)
        except BlockingIOError:
            return
        except OSError as failure:
            # More came than the kernel kept for us: then there is something to look at as well.
            if failure.errno != errno.ENOBUFS:
                raise
