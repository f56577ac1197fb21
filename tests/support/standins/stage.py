"""All providers of the shipped catalogue at once, under their own names, in a namespace where nobody else is.

`namespace.play` runs it with the SITUATIONs to play, and with mounts of its own; what was seen of each is a line of
JSON. Every host that the catalogue names has an address, a certificate that the public roots verify, and a stand-in;
the program is the real engine on the shipped files, all of whose services are watched, in virtual time.
Each situation begins with all that can be told green.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import certifi

from tests.support.httpserver import Authority, Server
from tests.support.networks.resolver import Resolver
from tests.support.networks.wire import ip
from tests.support.scene import EPOCH
from tests.support.standins.door import door
from tests.support.standins.hosts import Hosts
from tests.support.standins.table import NOTHING, Row, mistakes, row_of, rows
from tests.support.virtual_time import VirtualClock, VirtualLoop, virtual_loop
from trayapp.core.evidence.observation import (
    Control,
    Disturbance,
    NetworkReport,
    NetworkState,
    Observation,
    Outcome,
    Try,
)
from trayapp.core.light.severity import Light
from trayapp.core.light.verdicts import Transition
from trayapp.core.notify.banner import Announcement, Banner
from trayapp.core.snapshot import Snapshot
from trayapp.engine.engine import Engine
from trayapp.engine.loading import load_all
from trayapp.net import lookup
from trayapp.paths import home
from trayapp.text.banners import words
from trayapp.text.sentences import headline
from trayapp.watch.http import Http, HttpAnswer

PREFIX, FIRST = "192.88.99", 60
"""Of RFC 7526, which nobody has; nothing leaves the namespace."""
RESOLVER, ROUTER, HERE = f"{PREFIX}.53", f"{PREFIX}.254", f"{PREFIX}.2"
GREEN_S = 300.0
# A page is read every five minutes at the least, and what it says then is judged at once; what is unverified is asked
# as seldom, and three times before anything is said of it.
SETTLED_S = 1200.0
HELD_S = 60.0
# All hosts are looked up in the same moment, and each lookup takes a thread.
LOOKUPS_AT_ONCE = 100
ASK = Http.ask


class Stage:
    """The network of a machine that reaches every stand-in, or nobody."""

    def __init__(self, hosts: Hosts, folder: Path) -> None:
        self.hosts = hosts
        self.folder = folder
        self.address = {name: f"{PREFIX}.{number}" for number, name in enumerate(hosts.names, FIRST)}
        self.resolver = Resolver()

    async def up(self, stack: AsyncExitStack) -> None:
        ip("link set lo up")
        ip("link add up0 type veth peer name down0")
        for link in ("down0", "up0"):
            ip(f"link set {link} up")
        self.plug_in()
        self.authority, self.company = Authority(), Authority()
        self._trust()
        context = self.authority.server(*self.hosts.names)
        for name, address in self.address.items():
            secure = name in self.hosts.secure
            server = Server(address, context if secure else None, port=443 if secure else 80)
            await stack.enter_async_context(server)
            server.always(door(self.hosts, f"{'https' if secure else 'http'}://{name}"))
        self.lead_home()
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: self.resolver, local_addr=(RESOLVER, 53))
        stack.callback(transport.close)

    def lead_home(self) -> None:
        """Every name leads to its own host."""
        self.resolver.names = {name: (address,) for name, address in self.address.items()}

    def _trust(self) -> None:
        """This namespace asks its own resolver, and its public roots are one of ours; the machine trusts a company's
        as well."""
        for name, text, place in (
            ("resolv.conf", f"nameserver {RESOLVER}\noptions timeout:30 attempts:2\n".encode(), "/etc/resolv.conf"),
            ("nsswitch.conf", b"hosts: dns\n", "/etc/nsswitch.conf"),
            ("public.pem", self.authority.pem, certifi.where()),
        ):
            (self.folder / name).write_bytes(text)
            subprocess.run(["mount", "--bind", self.folder / name, place], check=True)
        (self.folder / "machine.pem").write_bytes(self.authority.pem + self.company.pem)
        os.environ["SSL_CERT_FILE"] = str(self.folder / "machine.pem")
        os.environ["SSL_CERT_DIR"] = str(self.folder)

    def plug_in(self) -> None:
        for address in (RESOLVER, *self.address.values()):
            ip(f"address replace {address}/32 dev lo")
        ip(f"address replace {HERE}/24 dev up0")
        ip(f"neighbour replace {ROUTER} lladdr 02:00:00:00:00:01 dev up0 nud permanent")
        ip(f"route replace default via {ROUTER}")

    def heal(self) -> None:
        """All is well again."""
        self.hosts.heal()
        self.resolver.heal()
        self.lead_home()
        self.plug_in()

    def pull_the_cable(self) -> None:
        for address in (RESOLVER, *self.address.values()):
            ip(f"address delete {address}/32 dev lo")
        ip("route delete default")
        ip(f"address delete {HERE}/24 dev up0")


def begin_situation(stage: Stage, situation: str, at: float) -> None:
    """What the situation says happens, at Unix time `at`."""
    provider, _, how = situation.rpartition(" by ")
    match how:
        case "probe":
            stage.hosts.down.add(provider)
        case "page":
            stage.hosts.reported[provider] = at
        case "own network away":
            stage.pull_the_cable()


class NotingEngine(Engine):
    """Notes what came in that was not good: it explains what is not as expected."""

    bad: list[str]

    def observe(self, observation: Observation) -> None:
        fine = {Outcome.GOOD, NetworkState.ONLINE, True}
        if {getattr(observation, name, None) for name in ("outcome", "state", "good")} & fine == set() and isinstance(
            observation, Try | Control | NetworkReport | Disturbance
        ):
            self.bad.append(str(observation))
        super().observe(observation)


class Seen:
    """One run of the engine, and all that it says."""

    def __init__(self, folder: Path, services: tuple[str, ...], clock: VirtualClock | None = None) -> None:
        with mock.patch.dict(os.environ, LLM_AMPEL_HOME=str(folder)):
            self._home = home()
        self._home.settings_file.parent.mkdir(parents=True, exist_ok=True)
        self._home.settings_file.write_text(f"version = 1\n[watch]\nservices = {json.dumps(services)}\n")
        self.clock = clock or VirtualClock(EPOCH)
        self.transitions: list[Transition] = []
        self.banners: list[Banner] = []
        self.standing: dict[str, Banner] = {}
        self._news = asyncio.Event()

    async def __aenter__(self) -> "Seen":
        loaded = load_all(self._home)
        assert not loaded.problems, [str(one) for one in loaded.problems]
        self.engine = NotingEngine(
            self._home,
            self.clock,
            loaded,
            publish=lambda _: self._news.set(),
            announce=self._announce,
            on_transition=self.transitions.append,
            watch_machine=False,
        )
        self.engine.bad = []
        await self.engine.__aenter__()
        self.engine.start_watching()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.engine.__aexit__(None, None, None)

    async def _announce(self, one: Announcement, snapshot: Snapshot) -> None:
        if isinstance(one, Banner):
            self.banners.append(one)
            self.standing[one.key] = one
        else:
            self.standing.pop(one.key, None)

    def told(self, since: float) -> dict[str, Any]:
        """As `table` compares it."""
        snapshot = self.engine.snapshot()
        banners = [words(one, wall=self.clock.wall).title for one in self.banners if one.at >= since]
        return {
            "light": str(snapshot.judgement.light),
            "services": [
                (one.id, str(one.light), str(one.finding), one.claim and str(one.claim.kind))
                for one in snapshot.judgement.services
            ],
            "banner": banners[-1] if banners else None,
            "banners": banners,
            "headline": headline(snapshot),
            "reasons": [
                (v.id, r.code, r.params)
                for v in snapshot.judgement.services
                if v.light is not Light.GREEN
                for r in v.reasons
            ],
            "pages": [(one.provider, str(one.health), one.reason) for one in snapshot.judgement.pages],
            "bad": self.engine.bad[:20],
            "meanwhile": [(one.service, str(one.light), str(one.finding)) for one in self.transitions],
        }

    async def until_green(self) -> None:
        end = self.clock.now() + GREEN_S
        while row_of("", self.told(0.0)).services != NOTHING:
            assert self.clock.now() < end, self.told(0.0)
            await self.more_news()

    async def settled(self, row: Row, since: float) -> None:
        """Until it is as the row has it, or should be; and a minute in which it stays so."""
        while mistakes(row, self.told(since)) and self.clock.now() < since + SETTLED_S:
            await self.more_news()
        await self.clock.sleep(HELD_S)

    async def more_news(self) -> None:
        self._news.clear()
        await self._news.wait()


async def ask(http: Http, *given: Any, **named: Any) -> HttpAnswer:
    """As the program asks; time waits for the answer."""
    with virtual_loop().waiting():
        return await ASK(http, *given, **named)


async def look_up(host: str) -> lookup.Found:
    """As the program looks names up, each in a thread of its own."""
    with virtual_loop().in_a_thread():
        return await lookup.look_up(host)


@asynccontextmanager
async def staged() -> AsyncIterator[Stage]:
    """Everybody, in virtual time."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(LOOKUPS_AT_ONCE))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with mock.patch.dict(os.environ, LLM_AMPEL_HOME=str(folder / "look")):
            loaded = load_all(home())
        hosts = Hosts(loaded.catalogue, loaded.settings.network.controls, began_at=EPOCH.timestamp() - 3600)
        stage = Stage(hosts, folder)
        async with AsyncExitStack() as stack:
            stack.enter_context(mock.patch.object(Http, "ask", ask))
            stack.enter_context(mock.patch("trayapp.watch.transport.look_up", look_up))
            # What was kept open for some seconds of this time is not kept for minutes of that.
            monotonic = SimpleNamespace(monotonic=virtual_loop().time)
            stack.enter_context(mock.patch("httpcore._async.http11.time", monotonic))
            await stage.up(stack)
            yield stage


async def main(*situations: str) -> None:
    table = rows()
    async with staged() as stage:
        services = tuple(service.id for _, service in stage.hosts.catalogue.services())
        for situation in situations:
            async with Seen(stage.folder / situation, services) as seen:
                await seen.until_green()
                begin = seen.clock.now()
                seen.transitions.clear()
                begin_situation(stage, situation, begin)
                await seen.settled(table[situation], begin)
                sys.stdout.write(json.dumps({"situation": situation, **seen.told(begin)}) + "\n")
                sys.stdout.flush()
            stage.heal()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(main(*sys.argv[1:]))
