"""A small internet in a network namespace of its own, and the ways in which the way there can break.

`namespace.play` runs it with a SCENE, and with mounts of its own. Names, addresses and
certificates are real to the program: a resolver, routes, gates at public addresses with the servers behind them. The
addresses are those of RFC 7526, which nobody has; nothing leaves the namespace.
"""

import asyncio
import contextlib
import os
import re
import ssl
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

from tests.support.commands import run
from tests.support.httpserver import Server, answer, redirect
from tests.support.networks.resolver import Resolver
from tests.support.scene import MODELS_PATH, Acme, Scene
from trayapp.control import client
from trayapp.control.messages import AskStatus
from trayapp.core.evidence.observation import NetworkState, NetworkStep
from trayapp.core.evidence.page_report import PageHealth
from trayapp.core.light.severity import Finding, Light
from trayapp.core.light.shown import KEPT_S
from trayapp.tasks import Tasks

# Time-outs are real and waits are not: slow enough that a few time-outs in a row are no ten minutes.
RATE = 15.0
PREFIX = "192.88.99"
RESOLVER, ROUTER, PROXY = f"{PREFIX}.53", f"{PREFIX}.254", f"{PREFIX}.8"
NAMES = {
    "api.acme.test": f"{PREFIX}.11",
    "status.acme.test": f"{PREFIX}.12",
    "api.bolt.test": f"{PREFIX}.21",
    "plain.test": f"{PREFIX}.31",
    "secure.test": f"{PREFIX}.32",
}
# Where a company keeps a page of its own: what a name ends in, that it has no dot, or the address says so.
PRIVATE = {"status.corp.lan": "10.11.12.13", "intranet": "10.11.12.14", "100.64.1.2": "100.64.1.2"}
HOSTS = NAMES | PRIVATE
ADDRESSES = (*HOSTS.values(), RESOLVER, PROXY)
PAGE_EVERY_S = 120.0
SETTINGS = '[network]\ncontrols = ["http://plain.test/", "https://secure.test/"]\n'


def ip(command: str) -> None:
    subprocess.run(["ip", *command.split()], check=True)


def plug_in() -> None:
    """The addresses of everybody, and a way out that swallows what is for nobody."""
    for address in ADDRESSES:
        ip(f"address replace {address}/32 dev lo")
    ip(f"address replace {PREFIX}.2/24 dev up0")
    # Somebody is at the other end as far as anybody knows, so nothing is refused and everything is lost.
    ip(f"neighbour replace {ROUTER} lladdr 02:00:00:00:00:01 dev up0 nud permanent")
    ip(f"route replace default via {ROUTER}")


def lose(*addresses: str) -> None:
    """What is sent there from now on is lost on the way."""
    for address in addresses:
        ip(f"address delete {address}/32 dev lo")
        ip(f"neighbour replace {address} lladdr 02:00:00:00:00:01 dev up0 nud permanent")


def pull_the_cable() -> None:
    lose(*ADDRESSES)
    ip("route delete default")
    ip(f"address delete {PREFIX}.2/24 dev up0")


class Gates:
    """What stands at the addresses. `to` maps a name to the server behind; None lets nobody through."""

    def __init__(self) -> None:
        self.to: dict[str, Server | None] = {}
        self.proxy_refuses = False
        self._tasks = Tasks("gates")
        self._servers: list[asyncio.Server] = []

    async def open(self) -> None:
        for name, address in HOSTS.items():
            port = 80 if name.startswith("plain") else 443
            self._servers.append(await asyncio.start_server(self._gate(name), address, port))
        self._servers.append(await asyncio.start_server(self._spawn(self._proxy), PROXY, 3128))

    async def close(self) -> None:
        for one in self._servers:
            one.close()
        await self._tasks.close()

    def _spawn(self, serve: Callable[..., "asyncio._CoroutineLike[None]"]) -> Callable[..., None]:
        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._tasks.spawn(serve(reader, writer), "gate")  # type: ignore[arg-type]  # always a coroutine here

        return accept

    def _gate(self, name: str) -> Callable[..., None]:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._through(name, reader, writer)

        return self._spawn(serve)

    async def _through(self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server = self.to[name]
        if server is None:
            await asyncio.Event().wait()
        assert server is not None
        host, _, port = server.netloc.rpartition(":")
        there, here = await asyncio.open_connection(host, int(port))
        async with asyncio.TaskGroup() as both:
            both.create_task(_copy(reader, here))
            both.create_task(_copy(there, writer))

    async def _proxy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        method, target, _ = head.split(b" ", 2)
        if self.proxy_refuses:
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")
            writer.close()
            return
        name = target.decode().removeprefix("http://").partition("/")[0].partition(":")[0]
        if method == b"CONNECT":
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            await self._through(name, reader, writer)
            return
        again = asyncio.StreamReader()
        path = b"/" + target.removeprefix(b"http://").partition(b"/")[2]
        again.feed_data(head.replace(target, path, 1))
        again.feed_eof()
        await self._through(name, again, writer)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.write_eof()


def context(authority: trustme.CA, *, until: datetime | None = None) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    names = [name for name in HOSTS if not name.startswith("plain")]
    began = None if until is None else until - timedelta(days=30)
    authority.issue_cert(*names, not_before=began, not_after=until).configure_cert(made)
    return made


class Internet:
    """Everybody: two providers, a page, two controls, a resolver; and those who get in between. `page`: its host."""

    def __init__(self, folder: Path, page: str) -> None:
        authority = trustme.CA()
        bundle = folder / "trusted.pem"
        authority.cert_pem.write_to_path(str(bundle))
        # What the operating system trusts, as far as this process is concerned.
        os.environ["SSL_CERT_FILE"] = str(bundle)
        os.environ["SSL_CERT_DIR"] = str(folder)
        trusted = context(authority)

        def server(name: str) -> Server:
            return Server(tls=trusted, known_as=f"https://{name}", keeps=False)

        self.page = page
        self.acme = Acme("acme", api_server=server("api.acme.test"), page_server=server(page))
        self.bolt = Acme("bolt", page=False, api_server=server("api.bolt.test"))
        self.plain, self.secure = Server(keeps=False), server("secure.test")
        self.stranger = Server(tls=context(trustme.CA()), keeps=False)
        self.expired = Server(tls=context(authority, until=datetime.now(UTC) - timedelta(days=1)), keeps=False)
        self.gates = Gates()
        self.resolver = Resolver()
        self.resolver.names = {name: (address,) for name, address in HOSTS.items()}
        self.folder = folder

    @asynccontextmanager
    async def up(self) -> AsyncIterator[None]:
        ip("link set lo up")
        ip("link add up0 type veth peer name down0")
        for link in ("down0", "up0"):
            ip(f"link set {link} up")
        plug_in()
        self._resolve_here()
        async with AsyncExitStack() as stack:
            for one in (self.plain, self.secure, self.stranger, self.expired):
                await stack.enter_async_context(one)
                one.always(answer(200, "hello\n"))
            self.heal()
            await self.gates.open()
            stack.push_async_callback(self.gates.close)
            loop = asyncio.get_running_loop()
            transport, _ = await loop.create_datagram_endpoint(lambda: self.resolver, local_addr=(RESOLVER, 53))
            stack.callback(transport.close)
            yield

    def _resolve_here(self) -> None:
        """This namespace asks its own resolver and looks into no other table."""
        for name, text in {
            "resolv.conf": f"nameserver {RESOLVER}\noptions timeout:1 attempts:1\n",
            "nsswitch.conf": "hosts: dns\n",
        }.items():
            (self.folder / name).write_text(text)
            subprocess.run(["mount", "--bind", self.folder / name, f"/etc/{name}"], check=True)

    # The ways to break

    def heal(self) -> None:
        plug_in()
        self.resolver.heal()
        self.gates.proxy_refuses = False
        self.plain.always(answer(200, "hello\n"))
        self.gates.to = {
            "api.acme.test": self.acme.api_server,
            self.page: self.acme.page_server,
            "api.bolt.test": self.bolt.api_server,
            "plain.test": self.plain,
            "secure.test": self.secure,
        }

    def cable(self) -> None:
        pull_the_cable()

    def dns(self) -> None:
        self.resolver.silent = HOSTS

    def tcp(self) -> None:
        lose(*NAMES.values())

    def tls(self) -> None:
        self._everything_secure(None)

    def clock(self) -> None:
        self._everything_secure(self.expired)

    def inspected(self) -> None:
        self._everything_secure(self.stranger)

    def portal(self) -> None:
        self.plain.always(redirect("http://login.hotel.test/?from=plain.test"))
        self._everything_secure(None)

    def proxy(self) -> None:
        self.gates.proxy_refuses = True

    def _everything_secure(self, server: Server | None) -> None:
        self.gates.to = {name: self.plain if name == "plain.test" else server for name in HOSTS}


BREAKS: dict[str, tuple[NetworkState, NetworkStep]] = {
    "cable": (NetworkState.OFFLINE, NetworkStep.INTERFACE),
    "dns": (NetworkState.OFFLINE, NetworkStep.DNS),
    "tcp": (NetworkState.OFFLINE, NetworkStep.TCP),
    "tls": (NetworkState.OFFLINE, NetworkStep.TLS),
    "clock": (NetworkState.OFFLINE, NetworkStep.CLOCK),
    "inspected": (NetworkState.OFFLINE, NetworkStep.TLS),
    "portal": (NetworkState.CAPTIVE, NetworkStep.CAPTIVE_PORTAL),
    "proxy": (NetworkState.OFFLINE, NetworkStep.PROXY),
}


async def own_network(name: str, internet: Internet) -> None:
    """Green, then broken: grey at the right step with the last light kept, and green again; nothing is ever told."""
    state, step = BREAKS[name]
    async with Scene(internet.acme, internet.bolt, settings=SETTINGS, rate=RATE) as scene:
        await scene.until(lambda s: s.judgement.light is Light.GREEN, "green", 60)
        if name == "tcp":
            # The Wi-Fi drops right after one provider has answered.
            asked = internet.acme.api_server.asked(MODELS_PATH)
            await internet.acme.api_server.wait_asked(MODELS_PATH, asked + 1)
        getattr(internet, name)()
        snapshot = await scene.until(
            lambda s: all(one.finding is Finding.OWN_NETWORK for one in s.judgement.services), name, 60
        )
        assert snapshot.judgement.light is Light.GREY
        snapshot = await scene.until(
            lambda s: (s.judgement.network.state, s.judgement.network.step) == (state, step), f"{state} {step}", 60
        )
        for verdict in snapshot.judgement.services:
            assert verdict.last_known is Light.GREEN, verdict
            assert verdict.last_known_at is not None
            assert verdict.last_known_at < snapshot.at
            assert any(one.code == "network_down" and one.params["step"] == step for one in verdict.reasons), verdict
        # It stays so for as long as it lasts.
        await scene.until(lambda s: s.at > snapshot.at + 120, "two minutes")
        assert {one.finding for one in scene.engine.judgement.services} == {Finding.OWN_NETWORK}
        internet.heal()
        await scene.until(lambda s: s.judgement.light is Light.GREEN, "green again", 60)
        assert scene.engine.judgement.network.state is NetworkState.ONLINE
        assert scene.announcements == []
        assert scene.engine.incidents == ()
        assert Light.RED not in {one.light for one in scene.transitions}, scene.transitions


async def private_page(internet: Internet) -> None:
    """The internet is away, the page on the own network goes on being read: it vouches for nobody out there."""
    async with Scene(internet.acme, internet.bolt, settings=SETTINGS, rate=RATE) as scene:
        await scene.until(lambda s: s.judgement.light is Light.GREEN, "green", 60)
        internet.tcp()
        read_twice_at = scene.clock.now() + 2 * PAGE_EVERY_S
        await scene.until(lambda s: scene.verdict().finding is Finding.OWN_NETWORK, "own network", 60)
        since = len(scene.transitions)
        snapshot = await scene.until(lambda s: (s.judgement.pages[0].fetched_at or 0) > read_twice_at, "the page", 60)
        assert snapshot.judgement.pages[0].health is PageHealth.OK
        assert scene.verdict().light is Light.GREY, scene.verdict()
        assert scene.verdict().finding is Finding.OWN_NETWORK
        assert scene.transitions[since:] == []


async def last_known(internet: Internet) -> None:
    """Offline: command line and socket say for two minutes what was last known, and afterwards how long ago."""
    async with Scene(internet.acme, internet.bolt, settings=SETTINGS, rate=RATE) as scene, scene.listening():
        await scene.until(lambda s: s.judgement.light is Light.GREEN, "green", 60)
        internet.cable()
        await scene.until(lambda s: s.judgement.network.state is NetworkState.OFFLINE, "offline", 60)
        await scene.until(lambda s: scene.verdict().finding is Finding.OWN_NETWORK, "own network", 60)
        known_at = scene.verdict().last_known_at
        assert known_at is not None
        await told_offline(scene, Light.GREEN)
        await scene.until(lambda s: s.at >= known_at + KEPT_S, "the two minutes to pass")
        await told_offline(scene, Light.GREY)


async def told_offline(scene: Scene, shown: Light) -> None:
    status = await client.ask(scene.home, AskStatus())
    assert status is not None
    assert (status.light, status.shown, status.offline) == (Light.GREY, shown, True)
    ended = await run("status")
    assert ended.code == 3, ended
    assert re.search(r"Last known: all fine, (just now|\d+ (s|min))", ended.out), ended


async def blocked(internet: Internet) -> None:
    """A stranger's page for one provider, while everybody else answers: grey for that one alone."""
    async with Scene(internet.acme, internet.bolt, settings=SETTINGS, rate=RATE) as scene:
        await scene.until(lambda s: s.judgement.light is Light.GREEN, "green", 60)
        internet.bolt.api(answer(403, "<html><h1>Not allowed in this company</h1></html>"))
        await scene.until(lambda s: scene.verdict("bolt").finding is Finding.BLOCKED, "blocked", 60)
        assert scene.verdict("bolt").light is Light.GREY
        assert scene.verdict("acme").light is Light.GREEN
        assert scene.engine.judgement.network.state is NetworkState.ONLINE
        internet.bolt.api(answer(401, {"error": {"type": "invalid_request_error"}}))
        await scene.until(lambda s: s.judgement.light is Light.GREEN, "green again", 60)
        assert scene.announcements == []
        assert Light.RED not in {one.light for one in scene.transitions}


async def down(internet: Internet) -> None:
    """The same internet with one provider down: red, and told, so that silence elsewhere means something."""
    async with Scene(internet.acme, internet.bolt, settings=SETTINGS, rate=RATE) as scene:
        await scene.until(lambda s: s.judgement.light is Light.GREEN, "green", 60)
        internet.bolt.api(answer(503, {"error": {"type": "server_error"}}))
        await scene.until(lambda s: scene.verdict("bolt").finding is Finding.DOWN, "down", 60)
        assert scene.verdict("acme").light is Light.GREEN
        await scene.until(lambda s: bool(scene.announcements), "news")
        assert len(scene.announcements) == 1


async def main(name: str) -> None:
    if name == "proxy":
        os.environ["http_proxy"] = os.environ["https_proxy"] = f"http://{PROXY}:3128"
    with tempfile.TemporaryDirectory() as folder:
        internet = Internet(Path(folder), page=name if name in PRIVATE else "status.acme.test")
        async with internet.up():
            match name:
                case "last_known":
                    await last_known(internet)
                case _ if name in PRIVATE:
                    await private_page(internet)
                case "blocked":
                    await blocked(internet)
                case "down":
                    await down(internet)
                case _:
                    await own_network(name, internet)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
