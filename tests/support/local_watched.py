"""A server of this machine and one of the own network, watched through what happens to them, in a namespace of its own.

`namespace.play` runs it. The router is another namespace at the end of a cable, so that it can be lost; the server in
the own network has an address of it. Prints a line for each scene: its name, and the lights of both.
"""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

from tests.support.httpserver import Server, answer
from tests.support.scene import FINE_MODELS, Acme, Scene
from trayapp.core.snapshot import Snapshot

RATE = 60.0
LONG_S = 150.0
"""Long after a run of failures would have made it red."""
FINE, CHECKING, DOWN = "green ok", "yellow checking", "red down"
PORT = 8080
NET = "10.11.12"
LAN, ROUTER, HERE = f"{NET}.13", f"{NET}.1", f"{NET}.2"
LOADING = answer(503, {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}})
BUSY = answer(503, {"error": {"code": 503, "message": "no slot available", "type": "unavailable_error"}})


def sh(command: str) -> None:
    subprocess.run(command.split(), check=True)


class Cable:
    """The way to the router, who refuses every connection and so is there."""

    def __init__(self) -> None:
        self._far = subprocess.Popen(["unshare", "--net", "sleep", "600"])
        own = Path("/proc/self/ns/net").readlink()
        end = time.monotonic() + 10
        while Path(f"/proc/{self._far.pid}/ns/net").readlink() == own and time.monotonic() < end:
            time.sleep(0.01)
        sh("ip link set lo up")
        sh(f"ip link add up0 type veth peer name down0 netns {self._far.pid}")
        self._there(f"ip address add {ROUTER}/24 dev down0")
        self._there("ip link set down0 up")
        self._there("ip link set lo up")
        sh(f"ip address add {HERE}/24 dev up0")
        sh("ip link set up0 up")
        sh(f"ip address add {LAN}/32 dev lo")
        sh(f"ip route add default via {ROUTER}")

    def _there(self, command: str) -> None:
        sh(f"nsenter --net=/proc/{self._far.pid}/ns/net {command}")

    def cut(self) -> None:
        """The router is gone, and so is whoever is in the own network."""
        self._there("ip link set down0 down")
        sh(f"ip address delete {LAN}/32 dev lo")

    def close(self) -> None:
        self._far.terminate()
        self._far.wait()


def lights(snapshot: Snapshot) -> list[str]:
    return [f"{one.light} {one.finding}" for one in snapshot.judgement.services]


async def main() -> None:
    cable = Cable()
    lan = Acme("lan", page=False, dialects=(), api_server=Server(LAN, port=PORT, keeps=False))
    own = Acme("own", page=False, dialects=(), api_server=Server(port=PORT, keeps=False))
    busy = Acme("busy", page=False, dialects=())
    try:
        async with Scene(lan, own, busy, rate=RATE, look_around=True) as scene:

            async def until(name: str, *fits: str) -> None:
                """Until all three lights are so."""

                def is_so(snapshot: Snapshot) -> bool:
                    return lights(snapshot) == list(fits)

                snapshot = await scene.until(is_so, name, 60.0)
                sys.stdout.write("\t".join((name, *lights(snapshot))) + "\n")

            for one in (lan, own, busy):
                one.api(FINE_MODELS)
            await until("fine", FINE, FINE, FINE)
            lan.api(LOADING)
            own.api(LOADING)
            busy.api(BUSY)
            await until("loading, busy", CHECKING, CHECKING, DOWN)
            began = scene.clock.now()
            while scene.clock.now() - began < LONG_S:
                assert not any("red" in light for light in lights(scene.engine.snapshot())[:2]), "red while loading"
                await asyncio.sleep(0.05)
            for one in (lan, own):
                one.api(FINE_MODELS)
            await until("loaded", FINE, FINE, DOWN)
            lan.api_server.refuse()
            own.api_server.refuse()
            await until("stopped", DOWN, DOWN, DOWN)
            cable.cut()
            await until("own network away", "grey no_evidence", DOWN, DOWN)
    finally:
        cable.close()


if __name__ == "__main__":
    asyncio.run(main())
