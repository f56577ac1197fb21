"""The name server of a small internet, and the ways in which names can fail."""

import asyncio
import contextlib
import ipaddress
import struct
from collections.abc import Callable, Collection
from typing import cast

_A, _AAAA, _IN = 1, 28, 1
_NO_ERROR, _FAILURE, _NO_SUCH_NAME = 0x8180, 0x8182, 0x8183


class Resolver(asyncio.DatagramProtocol):
    """Knows `names`: the addresses of each, of either family; those without any do not exist any more.

    `silent`: names to which it says nothing, `failing`: at which it fails. `delay_s`: how long each lookup takes, real
    seconds. `instead`: the one address that all names have.
    """

    def __init__(self) -> None:
        self.names: dict[str, tuple[str, ...]] = {}
        self.heal()

    def heal(self) -> None:
        self.silent: Collection[str] = ()
        self.failing: Collection[str] = ()
        self.delay_s: Callable[[], float] = lambda: 0.0
        self.instead: str | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        labels, at = [], 12
        while length := data[at]:
            labels.append(data[at + 1 : at + 1 + length].decode())
            at += 1 + length
        question = data[12 : at + 5]
        kind = struct.unpack("!H", data[at + 1 : at + 3])[0]
        name = ".".join(labels).lower()
        if name in self.silent:
            return
        addresses = self.names.get(name, ()) if self.instead is None else (self.instead,)
        code = _FAILURE if name in self.failing else _NO_ERROR if addresses else _NO_SUCH_NAME
        records = b"".join(_record(kind, address) for address in addresses if code == _NO_ERROR)
        answer = data[:2] + struct.pack("!HHHHH", code, 1, bool(records), 0, 0) + question + records
        # Both families are asked for at once, and whoever asks waits for both.
        delay_s = self.delay_s() if kind == _A else 0.0
        asyncio.get_running_loop().call_later(delay_s, self._send, answer, addr)

    def _send(self, answer: bytes, addr: tuple[str, int]) -> None:
        if self._transport.is_closing():
            return
        with contextlib.suppress(OSError):
            self._transport.sendto(answer, addr)


def _record(kind: int, address: str) -> bytes:
    """The address as an answer to a question of that kind; nothing if it is of the other family."""
    packed = ipaddress.ip_address(address).packed
    if kind != (_A if len(packed) == 4 else _AAAA):
        return b""
    return b"\xc0\x0c" + struct.pack("!HHIH", kind, _IN, 0, len(packed)) + packed
