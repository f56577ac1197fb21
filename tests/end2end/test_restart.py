"""kill -9 at every stage of an outage, and clocks that jump: nothing is told twice, nothing is forgotten."""

import asyncio
import json
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from tests.support import pagefiles
from tests.support.commands import Running, running
from tests.support.engine_program import AskPicture, beside
from tests.support.fakeclock import RateClock
from tests.support.httpserver import Server, answer
from tests.support.scene import EPOCH, MODELS_PATH, NO_KEY, OVERLOADED, Acme, Scene, free_port, write_files
from tests.support.until import until
from trayapp.control import client
from trayapp.control.messages import AskSwitch
from trayapp.control.report import report
from trayapp.core.incident.incident import Incident, IncidentStage
from trayapp.core.light.severity import Finding, Light
from trayapp.core.snapshot import Snapshot
from trayapp.core.switching.route import To, Until
from trayapp.demo.target import SimulatedTarget
from trayapp.paths import home

RATE = 120.0
API, WEB = "acme-api", "acme-web"
DEADLINE_S = 60.0


class Twin(Acme):
    """Acme with a second service at a host of its own, so that it can be partly back."""

    def __init__(self) -> None:
        super().__init__()
        self.web_server = Server()

    async def open(self, stack: AsyncExitStack) -> None:
        await stack.enter_async_context(self.web_server)
        self.web(NO_KEY)
        await super().open(stack)

    def web(self, behaviour: Any) -> None:
        self.web_server.on(MODELS_PATH, behaviour)

    def toml(self) -> str:
        probe = f'url = "{self.web_server.url}{MODELS_PATH}"\nup = [{{ status = 401, json = "error.type" }}]'
        return super().toml() + (
            f'[[service]]\nid = "{WEB}"\nname = "Acme"\n'
            '[[service.component]]\nid = "chat"\nname = "Chat"\nmain = true\n'
            f'[[service.probe]]\nkind = "api"\ncomponents = ["chat"]\n{probe}\n'
        )


class Life:
    """An engine that is killed and started again, in one home and on one time line. `told`: all lines of all lives."""

    def __init__(self, twin: Twin, rate: float = RATE) -> None:
        self.twin = twin
        self.rate = rate
        self.begin = EPOCH.timestamp()
        self.told: list[dict[str, Any]] = []
        self._stack = AsyncExitStack()
        self._now: Running | None = None
        self._read = 0

    async def start(self) -> None:
        self._stack = AsyncExitStack()
        arguments = ("-m", "tests.support.engine_program", str(self.rate), str(self.begin))
        self._now = await self._stack.enter_async_context(running(*arguments, program=sys.executable))
        self._read = 0
        await self.until(lambda: self.lines("started"), "the start")

    async def kill(self, away_s: float = 5.0) -> None:
        """SIGKILL; the next life begins so many steady seconds later."""
        assert self._now is not None
        self.begin = (await self.snapshot()).at + away_s
        assert await self._now.end(signal.SIGKILL) == -signal.SIGKILL
        self._take()
        assert not self._now.errors, self._now.errors
        await self._stack.aclose()

    async def restart(self) -> None:
        await self.kill()
        await self.start()

    def _take(self) -> None:
        assert self._now is not None
        self.told += map(json.loads, self._now.lines[self._read :])
        self._read = len(self._now.lines)

    def lines(self, kind: str) -> list[dict[str, Any]]:
        """What this life has told of a kind."""
        assert self._now is not None
        return [line for line in map(json.loads, self._now.lines) if kind in line]

    async def until(self, condition: Any, what: str) -> None:
        await until(
            condition, f"{what} after {self.told} {self._now and (self._now.lines, self._now.errors)}", DEADLINE_S
        )

    def banners(self) -> list[tuple[str, str]]:
        """(stage, key) of everything told in all lives."""
        self._take()
        return [(line["banner"], line["key"]) for line in self.told if "banner" in line]

    async def banner(self, stage: str) -> str:
        """Until this stage is told, in any life; its key."""
        await self.until(lambda: stage in dict(self.banners()), f"banner {stage}")
        return dict(self.banners())[stage]

    async def down(self, services: int) -> str:
        """Until so many are told to be down, in any life, and hence remembered; the banner's key."""

        def told() -> str | None:
            self._take()
            banners = (line["details"] for line in self.told if line.get("banner") == "down")
            return next((one["key"] for one in banners if len(one["services"]) == services), None)

        return await until(told, f"{services} down after {self.told}", DEADLINE_S)

    async def turns(self, service: str, finding: Finding) -> None:
        """Until this life sees the service turn to this finding."""
        await self.until(
            lambda: any((one["service"], one["transition"]) == (service, finding) for one in self.lines("transition")),
            f"{service} {finding}",
        )

    async def snapshot(self) -> Snapshot:
        return await client.ask(beside(home()), AskPicture())

    async def sees(self, condition: Callable[[Snapshot], bool], what: str) -> Snapshot:
        end = time.monotonic() + DEADLINE_S
        while not condition(snapshot := await self.snapshot()):
            assert time.monotonic() < end, f"waited in vain for {what}; it is {snapshot}"
            await asyncio.sleep(0.05)
        return snapshot

    async def incident(self) -> Incident:
        (one,) = (await self.snapshot()).incidents
        return one

    async def elapse(self, seconds: float) -> None:
        """So many steady seconds."""
        begun = (await self.snapshot()).at
        await self.sees(lambda s: s.at >= begun + seconds, f"{seconds} s more")


@asynccontextmanager
async def living(settings: str = "") -> AsyncIterator[Life]:
    twin = Twin()
    async with AsyncExitStack() as stack:
        await twin.open(stack)
        write_files(home(), (twin,), settings)
        text = home().settings_file.read_text()
        home().settings_file.write_text(text.replace(f'"{API}"', f'"{WEB}", "{API}"'))
        life = Life(twin)
        await life.start()
        await life.turns(API, Finding.OK)
        await life.turns(WEB, Finding.OK)
        try:
            yield life
        finally:
            await life.kill()


async def test_kill_9_at_every_stage_repeats_nothing_and_forgets_nothing() -> None:
    async with AsyncExitStack() as stack:
        target = SimulatedTarget()
        await target.start()
        stack.push_async_callback(target.close)
        local = f'[local]\nserver = "openai-compatible"\nurl = "{target.url}"\nmodel = "{target.model}"\n'
        life = await stack.enter_async_context(living(f"{local}[gateway]\nport = {free_port()}\n"))
        twin = life.twin
        twin.api(OVERLOADED)
        twin.web(OVERLOADED)
        await life.turns(API, Finding.CHECKING)
        await life.restart()  # before red

        down = await life.down(2)
        first = await life.incident()
        await life.restart()  # red, told
        assert await life.incident() == first

        twin.incidents = [pagefiles.incident("inc1", "Elevated errors", "investigating", (await life.snapshot()).at)]
        twin.page(chat_completions="major_outage")
        await life.banner("confirmed")
        await client.ask(home(), AskSwitch(to="local", providers=("acme",)))
        await life.banner("switched")
        routes, since = (await life.snapshot()).routes, await sinces(life)
        await life.restart()  # confirmed, and the route is local
        assert (await life.snapshot()).routes == routes
        assert routes["acme"].to is To.LOCAL
        assert routes["acme"].until is Until.BACK
        assert await sinces(life) == since

        # An hour of nothing new: what is remembered must not grow old with the last change.
        await life.elapse(1200)
        await life.restart()
        assert await sinces(life) == since
        assert (await life.incident()).started_at == first.started_at

        twin.web(NO_KEY)
        await life.banner("partly_back")
        await life.restart()  # partly back
        assert (await life.incident()).stage is IncidentStage.PARTLY_BACK

        twin.api(NO_KEY)
        twin.incidents = [pagefiles.incident("inc1", "Elevated errors", "monitoring", (await life.snapshot()).at)]
        twin.page(chat_completions="operational")
        await life.banner("recovering")
        await life.restart()  # recovering
        assert (await life.incident()).stage is IncidentStage.RECOVERING

        twin.incidents = []
        twin.publish()
        await life.banner("over")
        await life.restart()  # over, still local
        await life.sees(lambda s: s.offer.back == ("acme",), "the offer to come home")
        assert (await life.snapshot()).routes["acme"].to is To.LOCAL
        await life.elapse(300)
        stages = list(dict.fromkeys(one for one in life.banners() if one[1] != "switch"))
        assert stages == [(stage, down) for stage in ("down", "confirmed", "partly_back", "recovering", "over")]
        assert first.id == down
        # The two fall some seconds apart: the banner may have grown, without popping up again.
        details = [line["details"] for line in life.told if "details" in line and line["key"] == down]
        assert len({(one["stage"], *one["services"]) for one in details}) == len(details), details
        assert [one["stage"] for one in details if one["pops_up"]] == ["down", "partly_back", "over"]
        (over,) = (line["details"] for line in life.told if line.get("banner") == "over")
        assert over["params"]["since"] == first.started_at


async def sinces(life: Life) -> dict[str, tuple[Light, Finding, float]]:
    return {one.id: (one.light, one.finding, one.since) for one in (await life.snapshot()).judgement.services}


async def test_after_a_gap_it_starts_afresh_and_the_end_lies_in_the_gap() -> None:
    async with living() as life:
        life.twin.api(OVERLOADED)
        await life.banner("down")
        incident = await life.incident()
        killed_at = (await life.snapshot()).at
        await life.kill(away_s=1800)
        life.twin.api(NO_KEY)
        await life.start()
        await life.banner("over")
        path = [(one["transition"], one["light"]) for one in life.lines("transition") if one["service"] == API]
        assert path == [("starting", "grey"), ("ok", "green")]
        assert [stage for stage, _ in life.banners()] == ["down", "over"]
        over = next(line["details"] for line in life.told if line.get("banner") == "over")
        assert over["key"] == incident.id
        assert over["params"]["since"] == incident.started_at
        assert over["params"]["ended_from"] <= killed_at + RATE
        assert over["params"]["ended_at"] >= life.begin


async def test_after_a_gap_the_same_outage_is_proved_again_and_not_told_again() -> None:
    async with living() as life:
        life.twin.api(OVERLOADED)
        down = await life.banner("down")
        await life.kill(away_s=1800)
        await life.start()
        await life.turns(API, Finding.DOWN)
        path = [one["transition"] for one in life.lines("transition") if one["service"] == API]
        assert path == ["starting", "checking", "down"]
        assert (await life.incident()).id == down
        await life.elapse(120)
        assert life.banners() == [("down", down)]


async def test_a_second_restart_brings_back_no_word_of_before_the_gap() -> None:
    async with living() as life:
        life.twin.page(chat_completions="major_outage")
        down = await life.banner("down")
        await life.kill(away_s=1800)
        life.twin.page_server.on("/api/v2/summary.json", answer(503, "busy"))
        await life.start()
        assert await life.banner("over") == down
        await life.restart()
        await life.elapse(120)
        assert life.banners() == [("down", down), ("over", down)]
        assert [incident.id for incident in (await life.snapshot()).incidents] == [down]


async def test_a_restart_during_maintenance_makes_no_outage_of_it() -> None:
    """The page is not read yet when the rules speak first: what it announced a minute ago still holds."""
    async with living() as life:
        page = life.twin.page_server
        life.twin.page(chat_completions="under_maintenance")
        # The second time it is asked, the first answer has been read.
        await page.wait_asked("/api/v2/summary.json", page.asked("/api/v2/summary.json") + 2)
        life.twin.api(OVERLOADED)
        await life.turns(API, Finding.MAINTENANCE)
        await life.elapse(120)
        await life.restart()
        await life.elapse(60)
        told = [
            (one["service"], one["transition"])
            for one in (*life.told, *life.lines("transition"))
            if "transition" in one
        ]
        assert (API, Finding.DOWN) not in told
        assert "down" not in dict(life.banners())


class SetClock(RateClock):
    """A clock whose wall is somebody's to set; what is steady stays so."""

    wall_offset = timedelta(0)

    def wall(self, at: float) -> datetime:
        return super().wall(at) + self.wall_offset

    def steady(self, moment: datetime) -> float:
        return super().steady(moment - self.wall_offset)


async def test_a_clock_that_is_set_changes_what_is_shown_and_nothing_else() -> None:
    clock = SetClock(EPOCH, 120.0)
    async with Scene(Acme(), clock=clock) as scene:
        await scene.until(lambda s: s.judgement.light is Light.GREEN, "green")
        scene["acme"].api(OVERLOADED)
        red = await scene.until(lambda s: s.judgement.light is Light.RED, "red")
        shown = shown_since(red)
        await until(lambda: scene.announcements, "the banner")
        transitions, announcements = list(scene.transitions), list(scene.announcements)
        for hours in (3, -30):
            clock.wall_offset = timedelta(hours=hours)
            readings = scene["acme"].page_server.asked("/api/v2/summary.json")
            await scene["acme"].page_server.wait_asked("/api/v2/summary.json", readings + 2)
            snapshot = await scene.until(lambda s: s.judgement.light is Light.RED, "still red")
            assert snapshot.judgement.services[0].since == red.judgement.services[0].since
            assert snapshot.judgement.services[0].incident == red.judgement.services[0].incident
            assert shown_since(snapshot) == shown + timedelta(hours=hours)
            assert (scene.transitions, scene.announcements) == (transitions, announcements)
        scene["acme"].api(NO_KEY)
        await scene.until(lambda s: s.judgement.light is Light.GREEN, "green again")
        await scene.engine.settle()
        stages = [getattr(one, "stage", None) for one in scene.announcements]
        assert stages == ["down", "recovering", "over"]


def shown_since(snapshot: Snapshot) -> datetime:
    shown: str = report(snapshot)["services"][0]["since"]
    return datetime.fromisoformat(shown)
