"""The wire between two network namespaces: packets are read from one end and written to the other, or lost.

The kernel's own way to lose packets (netem) is often not built; a pair of TUN devices is everywhere, and whoever
copies between them sees every packet. One end stays in the namespace of this process, the other is given away.
"""

import asyncio
import contextlib
import fcntl
import ipaddress
import os
import random
import struct
import subprocess
from collections.abc import Callable

# <linux/if_tun.h>
_TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
_PACKET_MAX = 65_536
_TCP, _UDP = 6, 17
HERE, THERE = "here0", "there0"


def ip(command: str) -> None:
    subprocess.run(["ip", *command.split()], check=True)


class Wire:
    """`lost_to`: addresses to which nothing gets through. `lost_ports`: neither to those of any address. `share`: of
    all packets, lost at random. `largest`: bytes of a packet on the way there, None as the devices have it. `loses_v6`:
    all packets of IPv6. `delay_s`: how long each packet takes, each way; one may overtake another.
    """

    def __init__(self) -> None:
        self._here, self._there = _tun(HERE), _tun(THERE)
        self._random = random.Random(6)
        self.heal()

    def heal(self) -> None:
        self.lost_to: set[str] = set()
        self.lost_ports: set[int] = set()
        self.share = 0.0
        self.largest: int | None = None
        self.loses_v6 = False
        self.delay_s: Callable[[], float] | None = None

    def give_away(self, process: int) -> None:
        """The far end belongs to the namespace of that process from now on."""
        ip(f"link set {THERE} netns {process}")

    def carry(self) -> None:
        """Until `close`."""
        loop = asyncio.get_running_loop()
        loop.add_reader(self._here, self._to_there)
        loop.add_reader(self._there, self._to_here)

    def close(self) -> None:
        for end in (self._here, self._there):
            asyncio.get_running_loop().remove_reader(end)
            os.close(end)

    def _to_here(self) -> None:
        packet = _read(self._there)
        if packet and not self._is_lost(packet) and not self._is_refused(packet):
            self._pass_on(self._here, packet)

    def _to_there(self) -> None:
        packet = _read(self._here)
        too_large = self.largest is not None and len(packet) > self.largest
        if packet and not self._is_lost(packet) and not too_large:
            self._pass_on(self._there, packet)

    def _pass_on(self, end: int, packet: bytes) -> None:
        if self.delay_s is None:
            _write(end, packet)
        else:
            asyncio.get_running_loop().call_later(self.delay_s(), _write, end, packet)

    def _is_lost(self, packet: bytes) -> bool:
        if packet[0] >> 4 == 6:
            return self.loses_v6
        return self.share > 0.0 and self._random.random() < self.share

    def _is_refused(self, packet: bytes) -> bool:
        if packet[0] >> 4 != 4:
            return False
        if str(ipaddress.IPv4Address(packet[16:20])) in self.lost_to:
            return True
        start = (packet[0] & 0x0F) * 4
        return packet[9] in (_TCP, _UDP) and struct.unpack_from("!H", packet, start + 2)[0] in self.lost_ports


def _tun(name: str) -> int:
    end = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(end, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _IFF_TUN | _IFF_NO_PI))
    return end


def _read(end: int) -> bytes:
    # The device has no packet, or is down at the other end.
    with contextlib.suppress(OSError):
        return os.read(end, _PACKET_MAX)
    return b""


def _write(end: int, packet: bytes) -> None:
    # A device whose queue is full, or that is down, loses it, as any other would.
    with contextlib.suppress(OSError):
        os.write(end, packet)
