"""The name server of a small internet, and the ways in which names can fail."""

import asyncio
import contextlib
import ipaddress
import struct
from collections.abc import Callable, Mapping
from typing import cast

_A, _AAAA, _IN = 1, 28, 1
_NO_ERROR, _NO_SUCH_NAME = 0x8180, 0x8183


class Resolver(asyncio.DatagramProtocol):
    """Knows `names`: the addresses of each, of either family.

    `silent`: receives, and says nothing. `gone`: names that do not exist any more. `delay_s`: how long each lookup
    takes, real seconds. `instead`: the one address that all names have.
    """

    def __init__(self, names: Mapping[str, tuple[str, ...]]) -> None:
        self.silent = False
        self.gone: set[str] = set()
        self.delay_s: Callable[[], float] = lambda: 0.0
        self.instead: str | None = None
        self.names = names

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if self.silent:
            return
        labels, at = [], 12
        while length := data[at]:
            labels.append(data[at + 1 : at + 1 + length].decode())
            at += 1 + length
        question = data[12 : at + 5]
        kind = struct.unpack("!H", data[at + 1 : at + 3])[0]
        addresses = self._addresses(".".join(labels).lower())
        records = b"".join(_record(kind, address) for address in addresses or ())
        code = _NO_SUCH_NAME if addresses is None else _NO_ERROR
        answer = data[:2] + struct.pack("!HHHHH", code, 1, bool(records), 0, 0) + question + records
        # Both families are asked for at once, and whoever asks waits for both.
        delay_s = self.delay_s() if kind == _A else 0.0
        asyncio.get_running_loop().call_later(delay_s, self._send, answer, addr)

    def _addresses(self, name: str) -> tuple[str, ...] | None:
        if self.instead is not None:
            return (self.instead,)
        return None if name in self.gone else self.names.get(name)

    def _send(self, answer: bytes, addr: tuple[str, int]) -> None:
        with contextlib.suppress(OSError):
            self._transport.sendto(answer, addr)


def _record(kind: int, address: str) -> bytes:
    """The address as an answer to a question of that kind; nothing if it is of the other family."""
    packed = ipaddress.ip_address(address).packed
    if kind != (_A if len(packed) == 4 else _AAAA):
        return b""
    return b"\xc0\x0c" + struct.pack("!HHIH", kind, _IN, 0, len(packed)) + packed
