"""The kernel's own word on routes, links and neighbours (rtnetlink(7)). Linux only; sends nothing.

Unlike /proc/net/route it knows policy routing, which is how VPNs take a way over, and neighbours of both families.
"""

import contextlib
import ipaddress
import os
import socket
import struct
from collections.abc import Iterator

from msgspec import Struct

# linux/netlink.h, linux/rtnetlink.h, linux/if_link.h, linux/neighbour.h
_REQUEST, _DUMP = 0x1, 0x300
_ERROR, _DONE = 2, 3
_GET_LINK, _GET_ROUTE, _GET_NEIGHBOUR = 18, 26, 30
_ROUTE_DESTINATION, _ROUTE_INTERFACE, _ROUTE_GATEWAY, _ROUTE_VIA = 1, 4, 5, 18
_LINK_NAME, _LINK_INFO, _INFO_KIND = 3, 18, 1
_NEIGHBOUR_ADDRESS = 1
_HEADER, _ROUTE, _LINK, _NEIGHBOUR = "=IHHII", "=BBBBBBBBI", "=BxHiII", "=BxxxiHBB"
_IFF_UP, _IFF_LOWER_UP = 0x1, 0x10000
_NESTED = 0x8000
_BUFFER_BYTES = 65_536
# The kernel answers before it returns from sending; this is for one that does not at all.
_PATIENCE_S = 1.0


class Hop(Struct, frozen=True):
    """The first hop to somewhere: by the interface of this index, to `gateway`, None where there is none between."""

    index: int
    gateway: str | None


class KernelLink(Struct, frozen=True):
    """An interface as the kernel has it. `kind`: as `ip -d link` names virtual ones; `hardware`: its ARPHRD number."""

    index: int
    name: str
    kind: str
    hardware: int
    up: bool


def hop_to(address: str) -> Hop | None:
    """How a packet to `address` would leave this machine, policy routing included; None where it could not.

    Raises OSError where nobody may ask.
    """
    to = ipaddress.ip_address(address)
    family = socket.AF_INET6 if to.version == 6 else socket.AF_INET
    asked = struct.pack(_ROUTE, family, to.max_prefixlen, 0, 0, 0, 0, 0, 0, 0) + _attribute(
        _ROUTE_DESTINATION, to.packed
    )
    try:
        answers = list(_ask(_GET_ROUTE, asked, dump=False))
    except ConnectionError:
        return None
    for body in answers:
        told = dict(_attributes(body[struct.calcsize(_ROUTE) :]))
        if (index := told.get(_ROUTE_INTERFACE)) is not None:
            # A way to an IPv4 address may lead over a router that has an IPv6 address only (RFC 9229).
            gateway = told.get(_ROUTE_GATEWAY) or told.get(_ROUTE_VIA, b"")[2:]
            return Hop(struct.unpack("=I", index)[0], str(ipaddress.ip_address(gateway)) if gateway else None)
    return None


def links() -> list[KernelLink]:
    """All interfaces. Raises OSError where nobody may ask."""
    found = []
    size = struct.calcsize(_LINK)
    for body in _ask(_GET_LINK, struct.pack(_LINK, 0, 0, 0, 0, 0), dump=True):
        _, hardware, index, flags, _ = struct.unpack(_LINK, body[:size])
        told = dict(_attributes(body[size:]))
        kind = dict(_attributes(told.get(_LINK_INFO, b""))).get(_INFO_KIND, b"")
        up = bool(flags & _IFF_UP and flags & _IFF_LOWER_UP)
        found.append(KernelLink(index, _text(told.get(_LINK_NAME, b"")), _text(kind), hardware, up))
    return found


def neighbour(index: int, address: str) -> int | None:
    """What the kernel knows of the neighbour at `address`: its NUD state, None where it has never met it.

    Raises OSError where nobody may ask.
    """
    wanted = ipaddress.ip_address(address)
    size = struct.calcsize(_NEIGHBOUR)
    family = socket.AF_INET6 if wanted.version == 6 else socket.AF_INET
    for body in _ask(_GET_NEIGHBOUR, struct.pack(_NEIGHBOUR, family, 0, 0, 0, 0), dump=True):
        _, interface, state, _, _ = struct.unpack(_NEIGHBOUR, body[:size])
        if interface == index and dict(_attributes(body[size:])).get(_NEIGHBOUR_ADDRESS) == wanted.packed:
            return int(state)
    return None


def _ask(kind: int, body: bytes, *, dump: bool) -> Iterator[bytes]:
    """The bodies of all answers. Raises ConnectionError where the kernel says no, OSError where it cannot be asked."""
    header = struct.calcsize(_HEADER)
    flags = _REQUEST | (_DUMP if dump else 0)
    with contextlib.closing(socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)) as kernel:
        kernel.settimeout(_PATIENCE_S)
        kernel.send(struct.pack(_HEADER, header + len(body), kind, flags, 1, 0) + body)
        while True:
            data = kernel.recv(_BUFFER_BYTES)
            while len(data) >= header:
                length, what, _, _, _ = struct.unpack(_HEADER, data[:header])
                if what == _DONE:
                    return
                if what == _ERROR:
                    code = -struct.unpack("=i", data[header : header + 4])[0]
                    raise ConnectionError(code, os.strerror(code))
                yield data[header:length]
                data = data[_aligned(max(length, header)) :]
            if not dump:
                return


def _attribute(kind: int, value: bytes) -> bytes:
    raw = struct.pack("=HH", 4 + len(value), kind) + value
    return raw.ljust(_aligned(len(raw)), b"\0")


def _attributes(raw: bytes) -> Iterator[tuple[int, bytes]]:
    while len(raw) >= 4:
        length, kind = struct.unpack("=HH", raw[:4])
        if length < 4:
            return
        yield kind & ~_NESTED, raw[4:length]
        raw = raw[_aligned(length) :]


def _aligned(length: int) -> int:
    return (length + 3) & ~3


def _text(raw: bytes) -> str:
    return raw.rstrip(b"\0").decode(errors="replace")
