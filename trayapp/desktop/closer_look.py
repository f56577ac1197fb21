"""A closer look at the first hop: does the router answer, does a resolver? Asked in trouble, and no further than that.

Nobody needs rights for this: a router that is there accepts or refuses a connection, or has a hardware address by the
time it does not; a resolver answers a question of one packet.
"""

import asyncio
import contextlib
import ipaddress
import secrets
import socket
import struct
import time
from typing import NamedTuple

from trayapp.core.evidence.surroundings import Surroundings

ROUTER_LIMIT_S = 3.5
"""Before it gives a neighbour up, the kernel asks for it three times, a second apart (arp(7), mcast_solicit)."""
RESOLVER_LIMIT_S = 1.5
"""Whoever takes longer to answer from its memory is no help, and a lookup asks again by then (net/lookup)."""
_ROUTER_PORTS = (53, 80)
"""Whatever is there: that a port is closed is an answer, too."""
_DNS_PORT = 53
_ASKED_NAME = "example.com"
"""Reserved for such things (RFC 2606), and there at every resolver that reaches the internet."""
_DNS_ID_BYTES = 2
_DNS_MAX_BYTES = 4096
_DNS_CODE_AT, _DNS_CODE, _DNS_FINE = 3, 0x0F, 0
"""RFC 1035, 4.1.1. Whoever says SERVFAIL knows nobody to ask; whoever knows no such name keeps names to itself."""


class Closer(NamedTuple):
    """`router`: it answers, after `router_s`; None where that stays open. `resolver`: the first that answered, if
    any, after `resolver_s`."""

    router: bool | None = None
    router_s: float | None = None
    resolver: str | None = None
    resolver_s: float | None = None


async def closer_look(seen: Surroundings) -> Closer:
    """Ask whom `seen` names. Takes `ROUTER_LIMIT_S` at most."""
    async with asyncio.TaskGroup() as asking:
        router = asking.create_task(_router(seen.gateway, seen.link.name if seen.link is not None else ""))
        resolver = asking.create_task(_first_resolver(seen.resolvers))
    return Closer(*router.result(), *resolver.result())


async def router_answers(seen: Surroundings) -> bool | None:
    """Whether the router alone answers; None where that stays open. Takes `ROUTER_LIMIT_S` at most."""
    there, _ = await _router(seen.gateway, seen.link.name if seen.link is not None else "")
    return there


async def _router(gateway: str | None, interface: str) -> tuple[bool | None, float | None]:
    if gateway is None:
        return None, None
    # Of an address that is good on one link only, the link is a part (RFC 4007).
    scoped = f"{gateway}%{interface}" if ipaddress.ip_address(gateway).is_link_local and interface else gateway
    async with asyncio.TaskGroup() as asking:
        tries = [asking.create_task(_touch(scoped, port)) for port in _ROUTER_PORTS]
    heard = [one.result() for one in tries]
    times = [took_s for there, took_s in heard if there]
    if times:
        return True, min(times)
    # No host: the kernel has asked for its hardware address in vain.
    return (False if any(there is False for there, _ in heard) else None), None


async def _touch(address: str, port: int) -> tuple[bool | None, float]:
    began = time.monotonic()
    there: bool | None = None
    try:
        async with asyncio.timeout(ROUTER_LIMIT_S):
            _, writer = await asyncio.open_connection(address, port)
        writer.transport.abort()
        there = True
    except ConnectionError:
        there = True
    except TimeoutError:
        pass
    except OSError as error:
        there = False if error.errno in _NO_HOST else None
    return there, time.monotonic() - began


_NO_HOST = frozenset({113, 64, 10065})
"""EHOSTUNREACH on Linux, EHOSTDOWN on macOS, WSAEHOSTUNREACH on Windows."""


async def _first_resolver(resolvers: tuple[str, ...]) -> tuple[str | None, float | None]:
    """The first in the system's order that answers."""
    answers = await asyncio.gather(*(_answers_after(one) for one in resolvers))
    return next(
        ((one, took_s) for one, took_s in zip(resolvers, answers, strict=True) if took_s is not None), (None, None)
    )


async def _answers_after(resolver: str) -> float | None:
    loop, began = asyncio.get_running_loop(), time.monotonic()
    with contextlib.suppress(OSError, ValueError):
        ip = ipaddress.ip_address(resolver.partition("%")[0])
        with socket.socket(socket.AF_INET6 if ip.version == 6 else socket.AF_INET, socket.SOCK_DGRAM) as ours:
            ours.setblocking(False)
            question = _question()
            async with asyncio.timeout(RESOLVER_LIMIT_S):
                await loop.sock_connect(ours, (resolver, _DNS_PORT))
                await loop.sock_sendall(ours, question)
                while (answer := await loop.sock_recv(ours, _DNS_MAX_BYTES))[:_DNS_ID_BYTES] != question[
                    :_DNS_ID_BYTES
                ]:
                    pass
            if len(answer) <= _DNS_CODE_AT or answer[_DNS_CODE_AT] & _DNS_CODE != _DNS_FINE:
                return None
            return time.monotonic() - began
    return None


def _question() -> bytes:
    """A question for an address, as RFC 1035 (4.1) has it: recursion desired, one question, type A, class IN."""
    head = secrets.token_bytes(_DNS_ID_BYTES) + struct.pack(">HHHHH", 0x0100, 1, 0, 0, 0)
    name = b"".join(bytes([len(label)]) + label.encode() for label in _ASKED_NAME.split("."))
    return head + name + b"\0" + struct.pack(">HH", 1, 1)
