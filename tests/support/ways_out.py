"""Ways out of a machine, one after the other in a network namespace of their own: what the program makes of each.

`namespace.play` runs it, with mounts of its own. Prints a line for each of `WAYS`: its name and the look as JSON.
"""

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec

from tests.support.networks.resolver import Resolver
from trayapp.core.evidence.surroundings import Surroundings
from trayapp.desktop.closer_look import closer_look
from trayapp.desktop.surroundings import surroundings

ROUTER, RESOLVER = "198.51.100.1", "198.51.100.53"
# A pair of virtual cables is what every kernel has, and tunnels are made from /dev/net/tun.
PREPARATION = (
    "link set lo up",
    "link add up0 type veth peer name down0",
)
HERE = f"neighbour replace {ROUTER} lladdr 02:00:00:00:00:01 dev up0 nud permanent"
# Each goes on where the one before it has left off.
WAYS: dict[str, tuple[str, ...]] = {
    "nothing": (),
    "plugged in": ("link set down0 up", "link set up0 up", "address add 198.51.100.2/24 dev up0"),
    "a router": (f"route add default via {ROUTER}", HERE),
    "a router nobody has met": (f"neighbour delete {ROUTER} dev up0",),
    "a router that is gone": (f"neighbour replace {ROUTER} dev up0 nud failed",),
    # As wg-quick does it: the main table stays as it is.
    "a VPN by policy": (
        HERE,
        "tuntap add vpn0 mode tun",
        "link set vpn0 up",
        "address add 10.9.0.2/32 dev vpn0",
        "route add default dev vpn0 table 51820",
        "rule add not fwmark 0xca6c table 51820",
    ),
    # As OpenVPN does it: two halves that are more than the whole.
    "a VPN by halves": (
        "rule delete not fwmark 0xca6c table 51820",
        "route add 0.0.0.0/1 dev vpn0",
        "route add 128.0.0.0/1 dev vpn0",
    ),
    "a VPN for the company alone": (
        "route delete 0.0.0.0/1",
        "route delete 128.0.0.0/1",
        "route add 10.0.0.0/8 dev vpn0",
    ),
    "nothing is let out": ("route replace unreachable default",),
    "IPv6 alone": (
        "route delete unreachable default",
        "-6 address add 2001:db8:1::2/64 dev up0 nodad",
        "-6 neighbour replace fe80::1 lladdr 02:00:00:00:00:01 dev up0 nud permanent",
        "-6 route add default via fe80::1 dev up0",
    ),
    "pulled out": ("link set down0 down", "-6 route flush default", "-6 route flush dev up0"),
}


def ip(command: str) -> None:
    subprocess.run(["ip", *command.split()], check=True)


async def main() -> None:
    for command in PREPARATION:
        ip(command)
    with tempfile.TemporaryDirectory() as folder:
        resolv = Path(folder) / "resolv.conf"
        resolv.write_text(f"nameserver {RESOLVER}\nnameserver 127.0.0.9\n")
        subprocess.run(["mount", "--bind", resolv, "/etc/resolv.conf"], check=True)
        for name, commands in WAYS.items():
            for command in commands:
                ip(command)
            tell(name, surroundings())
        await closer()


async def closer() -> None:
    """Router and resolver, once there and once not."""
    loop = asyncio.get_running_loop()
    transport, resolver = await loop.create_datagram_endpoint(Resolver, local_addr=("127.0.0.9", 53))
    resolver.names = {"example.com": ("192.88.99.1",)}
    there = Surroundings(gateway="127.0.0.1", resolvers=(RESOLVER, "127.0.0.9"))
    tell("closer, there", await closer_look(there))
    resolver.failing = {"example.com"}
    tell("closer, a resolver that only fails", await closer_look(there))
    resolver.heal()
    resolver.names.clear()
    tell("closer, a resolver that knows no names", await closer_look(there))
    transport.close()
    ip("link set down0 up")
    ip(f"neighbour delete {ROUTER} dev up0")
    tell("closer, gone", await closer_look(Surroundings(gateway=ROUTER, resolvers=(RESOLVER, "nonsense"))))
    tell("closer, nothing to ask", await closer_look(Surroundings()))


def tell(name: str, seen: object) -> None:
    sys.stdout.write(f"{name}\t{msgspec.json.encode(seen).decode()}\n")


if __name__ == "__main__":
    asyncio.run(main())
