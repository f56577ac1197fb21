"""One story on the stage of `stage`, as it goes on: what can happen in it, and what is said then."""

import asyncio
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.support.httpserver import Request, Server, answer
from tests.support.networks.wire import ip
from tests.support.scene import EPOCH
from tests.support.standins.door import door
from tests.support.standins.hosts import Reply
from tests.support.standins.stage import PREFIX, Seen, Stage
from tests.support.virtual_time import VirtualClock
from trayapp.core.evidence.observation import Disturbance, DisturbanceKind
from trayapp.text.banners import words

AFTER_S = 600.0
ELSEWHERE, NOBODY = f"{PREFIX}.250", f"{PREFIX}.251"
LOGIN_PAGE = "<html><title>Welcome</title>Log in to go on</html>"


class Clock(VirtualClock):
    """Wall time may be wrong by `off`; while the machine sleeps, time passes for nobody."""

    off = timedelta()

    def wall(self, at: float) -> datetime:
        return super().wall(at) + self.off

    def steady(self, moment: datetime) -> float:
        return super().steady(moment - self.off)

    def sleep_through(self, seconds: float) -> None:
        self._epoch_s += seconds


class Play:
    """One story, as it goes on."""

    def __init__(self, stage: Stage, folder: Path, services: tuple[str, ...], stack: AsyncExitStack) -> None:
        self.stage, self.hosts, self.stack = stage, stage.hosts, stack
        self.clock = Clock(EPOCH)
        self.seen = Seen(folder, services, self.clock)
        self.told: list[dict[str, Any]] = []

    async def start(self, *, well: bool = True) -> None:
        """Start the program, and wait until all that can be told is well."""
        await self.stack.enter_async_context(self.seen)
        if well:
            await self.seen.until_green()
            self._turn()

    async def stands(self, seconds: float = AFTER_S) -> None:
        """What stands after so long is the next row."""
        await self.clock.sleep(seconds)
        titles = sorted(words(one, wall=self.clock.wall).title for one in self.seen.standing.values())
        self.told.append(
            self.seen.told(0.0)
            | {
                "banner": " + ".join(titles),
                "pops": str(sum(one.pops_up for one in self.seen.banners)),
                "said": [" | ".join(words(one, wall=self.clock.wall)[:2]) for one in self.seen.banners],
            }
        )
        self._turn()

    def _turn(self) -> None:
        self.seen.transitions.clear()
        self.seen.banners.clear()
        self.seen.engine.bad.clear()

    async def well_again(self) -> None:
        """Whatever failed answers, and ten quiet minutes are over."""
        self.hosts.down.clear()
        self.hosts.instead = lambda kind, host: None
        await self.stands(AFTER_S + 180.0)

    def instead(self, reply: Reply, *providers: str, kind: str = "probe") -> None:
        """The hosts of their probes, or pages, answer so from now on; without any, everybody's."""
        hosts = self.hosts.hosts_of(*(providers or self.hosts.catalogue.providers), kind=kind)
        self.hosts.instead = lambda asked, host: reply if asked == kind and host in hosts else None

    async def strangers(self, tls: Any, *names: str, pass_on: bool = False) -> None:
        """These names lead to somebody else with that certificate, who answers all with a login page, or passes on
        what is asked."""

        async def passed(writer: asyncio.StreamWriter, request: Request) -> None:
            await door(self.hosts, f"https://{request.headers['host']}")(writer, request)

        ip(f"address replace {ELSEWHERE}/32 dev lo")
        for port, context in ((443, tls), (80, None)):
            server = Server(ELSEWHERE, context, port=port)
            server.always(passed if pass_on else answer(200, LOGIN_PAGE))
            await self.stack.enter_async_context(server)
        self.lead(ELSEWHERE, *names)

    def sleep_through(self, seconds: float) -> None:
        """The machine sleeps, and wakes up."""
        self.clock.sleep_through(seconds)
        self.seen.engine.observe(Disturbance(self.clock.now(), DisturbanceKind.RESUME))

    def lead(self, address: str | None, *names: str) -> None:
        """These names lead there from now on, or nowhere."""
        self.stage.resolver.names |= dict.fromkeys(names, () if address is None else (address,))

    def api_of(self, provider: str) -> str:
        (host,) = self.hosts.hosts_of(provider)
        return host
