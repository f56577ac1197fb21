"""The small internet itself, and the ways in which the way there can break.

`namespace.play` runs it with a FAULT and, if it is not `inside`, the MACHINE. It starts that in another namespace, at
the far end of a `Wire`, breaks and heals when it is told to, and prints what the machine saw.
"""

import asyncio
import itertools
import random
import signal
import ssl
import sys
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import Iterable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

from tests.support.httpserver import Server, answer, redirect, silent
from tests.support.namespace import own_namespace
from tests.support.networks import hosts
from tests.support.networks.hosts import ACME, ACME_PAGE, BOLT, BOLT_PAGE, CONTROLS, EDGE, NAMES, PLAIN, PORTAL
from tests.support.networks.proxy import Proxy
from tests.support.networks.resolver import Resolver
from tests.support.networks.wire import HERE, Wire, ip
from tests.support.scene import NO_KEY, TRACE

SLOW_LOOKUP_S = 6.0
LOST_SHARE = 0.05
# Crowded: of the packets each way, and how long the rest takes on average; another thing every so often.
CROWDED_SHARE, CROWDED_S, CROWDED_FOR_S = (0.01, 0.06), (0.02, 0.2), 3.0
# A greeting of TLS without its certificates fits in, everything else does not.
LARGEST_BYTES = 600
BAD_GATEWAY = answer(502, {"error": {"type": "server_error", "message": "bad gateway"}})
EDGE_BAD_GATEWAY = answer(502, "<html><title>502 Bad Gateway</title>cloudflare</html>", {"cf-ray": "9a1b2c3d4e5f-FRA"})
COMPANY_PAGE = answer(403, "<html><h1>This page is not allowed in this company</h1></html>")
LOGIN = redirect("http://login.hotel.test/?from=here")


class Trust:
    """Three authorities: one that everybody trusts, one that only the operating system trusts, one that nobody does.

    `folder`: where `public.pem`, as certifi has it, and `system.pem`, as the operating system has it, are put.
    """

    def __init__(self, folder: Path) -> None:
        public, company, stranger = trustme.CA(), trustme.CA(organization_name="Company"), trustme.CA()
        (folder / "public.pem").write_bytes(public.cert_pem.bytes())
        (folder / "system.pem").write_bytes(public.cert_pem.bytes() + company.cert_pem.bytes())
        self.public, self.company, self.stranger = map(_context, (public, company, stranger))
        self.expired = _context(public, until=datetime.now(UTC) - timedelta(days=1))


def _context(authority: trustme.CA, until: datetime | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    began = None if until is None else until - timedelta(days=30)
    authority.issue_cert(*NAMES, not_before=began, not_after=until).configure_cert(context)
    return context


class Internet:
    """Everybody, and their faults: each is a method, and one row of the table's. `shows`: whose certificate a name has,
    where it is not its own.
    """

    def __init__(self, folder: Path) -> None:
        self.wire = Wire()
        self.resolver = Resolver()
        self.proxy = Proxy()
        self.trust = Trust(folder)
        self.shows: dict[str, ssl.SSLContext] = {}
        self.servers = {name: self._server(name) for name in NAMES}
        self.hotel = Server(PORTAL, port=80, keeps=False)

    def _server(self, name: str) -> Server:
        if name == PLAIN:
            return Server(hosts.address(name), port=80, keeps=False)

        def choose(asked: ssl.SSLObject, _: str | None, __: ssl.SSLContext) -> None:
            asked.context = self.shows.get(name, self.trust.public)

        greets = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        greets.sni_callback = choose
        return Server(hosts.address(name), greets, port=443, known_as=f"https://{name}", keeps=False)

    async def up(self, stack: AsyncExitStack) -> None:
        ip("link set lo up")
        ip(f"link set {HERE} up")
        for address in (*map(hosts.address, NAMES), hosts.v4(hosts.RESOLVER), hosts.PROXY, PORTAL):
            ip(f"address add {address}/32 dev {HERE}")
        ip(f"route add {hosts.v4(hosts.MACHINE)}/32 dev {HERE}")
        for server in (*self.servers.values(), self.hotel):
            await stack.enter_async_context(server)
        await stack.enter_async_context(self.proxy)
        # Takes connections for TLS, and says nothing.
        hangs = await asyncio.start_server(lambda _, __: None, PORTAL, 443)
        stack.callback(hangs.close)
        loop, at = asyncio.get_running_loop(), (hosts.v4(hosts.RESOLVER), 53)
        transport, _ = await loop.create_datagram_endpoint(lambda: self.resolver, local_addr=at)
        stack.callback(transport.close)
        self.hotel.always(LOGIN)
        hosts.AcmeAI(page_server=self.servers[ACME_PAGE]).publish()
        hosts.BoltAI("well", page_server=self.servers[BOLT_PAGE]).publish()
        await self.heal()
        self.wire.carry()
        stack.callback(self.wire.close)

    async def heal(self) -> None:
        """Everything is well, for everybody."""
        self.wire.heal()
        self.resolver.heal()
        self.resolver.names = {name: (hosts.v4(number),) for name, number in NAMES.items()}
        self.proxy.heal()
        self.proxy.reaches = NAMES
        self.shows.clear()
        for name, server in self.servers.items():
            server.always(answer(200, "hello\n") if name in CONTROLS else TRACE if name == EDGE else NO_KEY)
            if server.refuses:
                await server.listen()

    def bolt_breaks(self) -> None:
        """Bolt AI, at the hosts that are not well."""
        self.servers[BOLT["502"]].always(BAD_GATEWAY)
        self.servers[BOLT["edge"]].always(EDGE_BAD_GATEWAY)
        self.servers[BOLT["stuck"]].always(silent)
        self.servers[BOLT["refuses"]].refuse()
        self.wire.lost_to.add(hosts.address(BOLT["silent"]))
        self.shows.setdefault(BOLT["expired"], self.trust.expired)
        self.shows.setdefault(BOLT["unknown"], self.trust.stranger)
        names = self.resolver.names
        del names[BOLT["gone"]]
        names[BOLT["sinkhole"]], names[BOLT["private"]] = ("0.0.0.0",), (hosts.NOBODY,)
        self.resolver.failing = {BOLT["servfail"]}
        self.resolver.silent = self.resolver.silent or {BOLT["nameless"]}
        self.proxy.reaches = NAMES.keys() - {BOLT["silent"], BOLT["gone"]}

    def none(self) -> None:
        pass

    def alone(self) -> None:
        pass

    def some_names_slow(self) -> None:
        turn = itertools.cycle((SLOW_LOOKUP_S, *(0.0,) * 9))
        self.resolver.delay_s = lambda: next(turn)

    def names_slow(self) -> None:
        self.resolver.delay_s = lambda: SLOW_LOOKUP_S

    def names_silent(self) -> None:
        self.resolver.silent = NAMES

    def loss(self) -> None:
        self.wire.share = LOST_SHARE

    def crowded(self) -> None:
        drawn = random.Random(6)

        def change() -> None:
            self.wire.share, mean_s = drawn.uniform(*CROWDED_SHARE), drawn.uniform(*CROWDED_S)
            self.wire.delay_s = lambda: drawn.expovariate(1 / mean_s)
            asyncio.get_running_loop().call_later(CROWDED_FOR_S, change)

        change()

    def portal(self) -> None:
        self.servers[PLAIN].always(LOGIN)
        self.wire.lost_ports.add(443)

    def portal_tls(self) -> None:
        self.servers[PLAIN].always(LOGIN)
        self._shown_by(self.trust.stranger, NAMES)

    def hijack(self) -> None:
        self.resolver.instead = PORTAL

    def hijack_silent(self) -> None:
        self.resolver.instead = hosts.NOBODY

    def intercepted(self) -> None:
        self._shown_by(self.trust.stranger, NAMES)

    def intercepted_os(self) -> None:
        self._shown_by(self.trust.company, NAMES)

    def block_page(self) -> None:
        self._shown_by(self.trust.company, ACME)
        for name in ACME:
            self.servers[name].always(COMPANY_PAGE)

    def block_cert(self) -> None:
        self._shown_by(self.trust.stranger, ACME)

    def controls_blocked(self) -> None:
        self.wire.lost_to.update(map(hosts.address, CONTROLS))

    def swallowed(self) -> None:
        self.wire.lost_to.update(map(hosts.address, (*ACME, *BOLT.values())))

    def ipv6(self) -> None:
        self.resolver.names = {name: (hosts.v4(number), hosts.v6(number)) for name, number in NAMES.items()}
        self.wire.loses_v6 = True

    def mtu(self) -> None:
        self.wire.largest = LARGEST_BYTES

    # Behind a proxy, which `inside` uses wherever its name says so.

    def proxy_works(self) -> None:
        pass

    def proxy_forbids(self) -> None:
        self.proxy.forbids = ACME

    def proxy_login(self) -> None:
        self.proxy.wants_login = True

    def proxy_lost(self) -> None:
        self.wire.lost_to.add(hosts.PROXY)

    def _shown_by(self, whose: ssl.SSLContext, names: Iterable[str]) -> None:
        self.shows.update(dict.fromkeys(names, whose))


async def main(fault: str, machine_name: str = "inside") -> None:
    """Play one fault; what the machine saw of it goes to stdout, a line of JSON for each row of the table."""
    with tempfile.TemporaryDirectory() as folder:
        internet = Internet(Path(folder))
        async with AsyncExitStack() as stack:
            await internet.up(stack)
            command = (
                *own_namespace(mounts=True),
                sys.executable,
                "-m",
                f"tests.support.networks.{machine_name}",
                fault,
                folder,
            )
            machine = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
            assert machine.stdin is not None
            assert machine.stdout is not None
            try:
                while line := (await machine.stdout.readline()).decode().strip():
                    match line:
                        case "wire":
                            internet.wire.give_away(machine.pid)
                        case "break":
                            getattr(internet, fault)()
                            internet.bolt_breaks()
                        case "fault":
                            getattr(internet, fault)()
                        case "heal":
                            await internet.heal()
                        case _:
                            sys.stdout.write(f"{line}\n")
                            continue
                    machine.stdin.write(b"done\n")
                    await machine.stdin.drain()
                if code := await machine.wait():
                    sys.exit(code)
            finally:
                if machine.returncode is None:
                    machine.kill()
                    await machine.wait()


if __name__ == "__main__":
    # Whoever ends this process ends the machine, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    asyncio.run(main(*sys.argv[1:]))
