"""The picture of the small internet of `own_network`, broken in ways that a person could find in it.

`namespace.play` runs it with the name of one of `PICTURES`, and with mounts of its own. Prints the foot of the panel.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Container
from pathlib import Path
from typing import NamedTuple

import certifi

from tests.support.own_network import NAMES, PROXY, ROUTER, SETTINGS, Internet, ip, lose, pull_the_cable
from tests.support.scene import Scene
from trayapp.core.evidence.network_picture import Stretch
from trayapp.core.evidence.observation import NetworkState
from trayapp.core.light.severity import Light
from trayapp.core.snapshot import Snapshot
from trayapp.text.checklist import check_lines
from trayapp.text.own_network import network_chain, network_line

RATE = 15.0
LIMIT_S = 60.0


class Everything:
    """Whatever is asked for."""

    def __contains__(self, name: object) -> bool:
        return True


class Picture(NamedTuple):
    """`break_it`: once all is well. `seen`: the picture is drawn. `chain`, `line`: then; `check`: one of the list's."""

    break_it: Callable[[Internet], None]
    seen: Callable[[Snapshot], bool]
    chain: str
    line: str
    check: str
    company: bool = False
    proxy: bool = False


def _nothing(internet: Internet) -> None:
    pass


def _pull(internet: Internet) -> None:
    pull_the_cable()


def _lose_router(internet: Internet) -> None:
    lose(*NAMES.values())
    ip(f"neighbour delete {ROUTER} dev up0")


def _lose_all_names(internet: Internet) -> None:
    silent: Container[str] = Everything()
    internet.resolver.silent = silent  # type: ignore[assignment]  # it is asked for names, and never for its length


def _slow_names(internet: Internet) -> None:
    internet.resolver.delay_s = lambda: 0.8


def _portal(internet: Internet) -> None:
    internet.portal()


def _vpn(internet: Internet) -> None:
    for command in (
        "tuntap add vpn0 mode tun",
        "link set vpn0 up",
        "route add default dev vpn0 table 51820",
        "rule add not fwmark 0xca6c table 51820",
    ):
        ip(command)


def _is(state: NetworkState) -> Callable[[Snapshot], bool]:
    return lambda s: s.judgement.network.state is state


PICTURES = {
    "all fine": Picture(
        _nothing, lambda s: s.judgement.network.answering >= 3,
        "You ─✓─ Cable ─✓─ DNS ─✓─ TLS ─✓─ 3 hosts (fine)",
        "Your connection: fine, 3 other hosts answer.", "✓ Your connection: works.",
    ),
    "no interface": Picture(
        _pull, lambda s: s.network.broken is not None and _is(NetworkState.OFFLINE)(s),
        "You ─✗─ Network: fails ─?─ DNS ─?─ TLS", "Your connection: no network.",
        "✗ Your connection: there is none. Switch on Wi-Fi or plug in the cable; I notice by myself.",
    ),
    "router gone": Picture(
        _lose_router, lambda s: s.network.broken is not None and s.network.broken.stretch is Stretch.ROUTER,
        "You ─✓─ Cable ─✗─ Router: fails ─✓─ DNS ─✗─ Connections: fails ─?─ TLS",
        f"Your connection: the router {ROUTER} does not answer.",
        f"✗ Your connection: the router {ROUTER} does not answer. Switch it off and on again, or use your phone's"
        " hotspot meanwhile.",
    ),
    "DNS dead": Picture(
        _lose_all_names, _is(NetworkState.OFFLINE),
        "You ─✓─ Cable ─✗─ DNS: fails ─?─ TLS", "Your connection: names cannot be looked up (DNS).",
        "✗ Names (DNS): cannot be looked up by 192.88.99.53. Enter another DNS server in the network settings, or"
        " switch the router off and on again.",
    ),
    "DNS slow": Picture(
        _slow_names, lambda s: "slow" in network_chain(s),
        "You ─✓─ Cable ─~─ DNS: slow (* s) ─✓─ TLS ─✓─ * hosts", "Your connection: fine, * other hosts answer.",
        "✗ Names (DNS): are looked up slowly by 192.88.99.53 (* s). Enter another DNS server in the network settings,"
        " or switch the router off and on again.",
    ),
    "portal": Picture(
        _portal, _is(NetworkState.CAPTIVE),
        "You ─✓─ Cable ─?─ DNS ─✗─ Login page: in the way ─?─ TLS", "Your connection: Wi-Fi login page.",
        "✗ Your connection: a login page is in the way, as in hotels and trains. Open any page in the browser and"
        " log in there.",
    ),
    "TLS intercepted": Picture(
        _nothing, lambda s: s.judgement.network.answering >= 3,
        "You ─✓─ Cable ─✓─ DNS ─✓─ TLS ─✓─ 3 hosts (fine)", "Your connection: fine, 3 other hosts answer.",
        "✓ VPN and proxy: * reads your secure connections along, as companies and virus scanners do. Where a tool"
        " complains of certificates, tell it to trust *.",
        company=True,
    ),
    "proxy": Picture(
        _nothing, lambda s: s.judgement.network.answering >= 3,
        "You ─✓─ Cable ─✓─ Proxy ─✓─ TLS ─✓─ 3 hosts (fine)", "Your connection: fine, 3 other hosts answer.",
        f"✓ VPN and proxy: in the way is the proxy {PROXY}. Where only one provider fails, try without.",
        proxy=True,
    ),
    "VPN": Picture(
        _vpn, lambda s: s.network.of(Stretch.VPN).detail is not None,
        "You ─✓─ Cable ─✓─ VPN ─✓─ DNS ─✓─ TLS ─✓─ * hosts (fine)", "Your connection: fine, * other hosts answer.",
        "✓ VPN and proxy: in the way is the VPN vpn0. Where only one provider fails, try without.",
    ),
}  # fmt: skip


async def main(name: str) -> None:
    picture = PICTURES[name]
    if picture.proxy:
        os.environ["http_proxy"] = os.environ["https_proxy"] = f"http://{PROXY}:3128"
    with tempfile.TemporaryDirectory() as folder:
        internet = Internet(Path(folder), page="status.acme.test")
        if not picture.company:
            # Nobody reads along: the roots of this internet are public ones.
            subprocess.run(["mount", "--bind", Path(folder) / "trusted.pem", certifi.where()], check=True)
        async with (
            internet.up(),
            Scene(internet.acme, internet.bolt, settings=SETTINGS, rate=RATE, look_around=True) as scene,
        ):
            await scene.until(lambda s: s.judgement.light is Light.GREEN, "green", LIMIT_S)
            picture.break_it(internet)
            await scene.until(picture.seen, name, LIMIT_S)
            s = scene.engine.snapshot()
            sys.stdout.write(f"{network_chain(s)}\n{network_line(s)}\n")
            sys.stdout.writelines(f"{one.line}\n" for one in check_lines(s))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
