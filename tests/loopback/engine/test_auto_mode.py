"""Auto mode of a whole engine: a tool's requests, a provider that fails and comes back, and what people see of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import NamedTuple

import aiohttp

from tests.support.fakeclock import LeapingClock
from tests.support.httpserver import Behaviour, answer
from tests.support.scene import CHAT_PATH, EPOCH, OVERLOADED, Acme, Scene, completion, free_port
from tests.support.until import until
from trayapp.control import answers
from trayapp.core.notify.banner import Announcement, Banner, BannerStage, Button, Withdraw
from trayapp.core.switching.auto_mode import QUIET_S
from trayapp.core.switching.breaker import BACK_SPAN_S, OPEN_S, BreakerState
from trayapp.core.switching.offer import Lack
from trayapp.core.switching.route import Mode
from trayapp.core.switching.target import TargetState
from trayapp.demo.target import MODEL, SimulatedTarget
from trayapp.engine.engine import Engine
from trayapp.engine.loading import load_all
from trayapp.settings.file import change

FINE = answer(200, completion("acme-1"))


class Answered(NamedTuple):
    status: int
    route: str
    model: str | None


CLOUD, LOCAL = Answered(200, "cloud; default", "acme-1"), Answered(200, "local; auto", MODEL)
TRIAL = Answered(200, "cloud; auto_trial", "acme-1")


class Desk:
    """A scene in auto mode with one tool, whose clock leaps. `told`: of banners, what is of interest here."""

    def __init__(self, scene: Scene, clock: LeapingClock, target: SimulatedTarget) -> None:
        self.scene, self.clock, self.target = scene, clock, target
        self.token = scene.engine.switch.tokens.add("editor")
        self._seen = 0
        self._numbers = count()

    @property
    def requests(self) -> int:
        """How many completions the provider was asked for."""
        return self.scene["acme"].api_server.asked(CHAT_PATH)

    def provider(self, *behaviours: Behaviour) -> None:
        self.scene["acme"].api_server.on(CHAT_PATH, *behaviours)

    async def ask(self) -> Answered:
        url = f"{self.scene.engine.switch.gateway_url}/t/{self.token}/acme{CHAT_PATH}"
        # The same once more would be a tool's own retry, which counts once.
        body = {"model": "acme-1", "messages": [{"role": "user", "content": f"hello {next(self._numbers)}"}]}
        headers = {"authorization": "Bearer sk-of-the-client"}
        async with aiohttp.ClientSession() as session, session.post(url, json=body, headers=headers) as got:
            return Answered(got.status, got.headers["x-llm-ampel-route"], (await got.json()).get("model"))

    async def trip(self) -> None:
        """The provider fails from now on, and its requests move by themselves."""
        self.provider(OVERLOADED)
        assert await asyncio.gather(*(self.ask() for _ in range(3))) == [LOCAL] * 3
        await self.scene.until(lambda s: s.offer.moved == ("acme",), "the move")

    async def told(self, many: int) -> list[str]:
        """So many more banners than last time, in short: "moved! every" pops up."""
        await self.scene.engine.settle()
        banners = await until(lambda: of_the_switch(self.scene.announcements)[self._seen :], f"{many} banners")
        await until(lambda: len(of_the_switch(self.scene.announcements)) >= self._seen + many, f"{many} banners")
        banners = of_the_switch(self.scene.announcements)[self._seen :]
        self._seen += len(banners)
        return list(map(gist, banners))


def of_the_switch(announcements: list[Announcement]) -> list[Announcement]:
    return [one for one in announcements if one.key == "switch" or one.key.startswith("auto:")]


def gist(one: Announcement) -> str:
    if isinstance(one, Withdraw):
        return f"withdraw {one.key}"
    every = {True: " every", False: " one", None: ""}[bool(one.params["every"]) if "every" in one.params else None]
    answered = f" {one.params['answered']}" if "answered" in one.params else ""
    return f"{one.stage}{'!' if one.pops_up else ''}{every}{answered}"


@asynccontextmanager
async def desk(mode: str = "auto") -> AsyncIterator[Desk]:
    target, clock = SimulatedTarget(), LeapingClock(EPOCH)
    await target.start()
    local = f'[local]\nserver = "openai-compatible"\nurl = "{target.url}"\nmodel = "{MODEL}"\n'
    gateway = f"[gateway]\nport = {free_port()}\nopenai = 'acme'\nmode = '{mode}'\n"
    try:
        async with Scene(Acme("acme"), settings=local + gateway, clock=clock) as scene:
            await scene.until(lambda s: s.target.state is TargetState.READY, "a target that is ready")
            yield Desk(scene, clock, target)
    finally:
        await target.close()


async def test_three_that_fail_move_the_fourth_and_the_return_is_told_with_its_figures() -> None:
    async with desk() as one:
        scene = one.scene
        assert await one.ask() == CLOUD
        one.provider(OVERLOADED)
        assert await one.ask() == LOCAL
        assert await one.told(1) == ["moved! one"]
        assert scene.engine.snapshot().offer.moved == ()
        assert list(await asyncio.gather(one.ask(), one.ask())) == [LOCAL, LOCAL]
        assert await one.told(1) == ["moved! every"]
        # Nobody asks the provider any more.
        before = one.requests
        assert await one.ask() == LOCAL
        assert one.requests == before
        snapshot = scene.engine.snapshot()
        assert snapshot.breakers["acme"].state is BreakerState.OPEN
        assert snapshot.offer.home == snapshot.offer.moved == ("acme",)
        assert [line for line in answers.status(snapshot).lines if line.startswith("Acme AI: moved by itself to")]
        # A minute later one may try it, and finds it well.
        one.clock.leap(OPEN_S)
        one.provider(FINE)
        for good in (1, 2, 3):
            assert await one.ask() == TRIAL
            assert scene.engine.snapshot().breakers["acme"].good == good
            one.clock.leap(BACK_SPAN_S / 2 + 1.0)
        # Nobody asks for anything, and it is told all the same.
        assert await one.told(1) == ["returned! 4"]
        snapshot = scene.engine.snapshot()
        assert snapshot.breakers["acme"].state is BreakerState.CLOSED
        assert len(snapshot.local_answers) == 4
        assert await one.ask() == CLOUD
        # The next time is another one: it is told anew, and lists its own answers alone.
        one.clock.leap(QUIET_S)
        one.provider(OVERLOADED)
        assert await one.ask() == LOCAL
        assert await one.told(1) == ["moved! one"]
        assert len(scene.engine.snapshot().local_answers) == 1


async def test_who_sends_it_back_in_its_trouble_is_obeyed_until_it_is_well_and_after_a_restart() -> None:
    async with desk() as one:
        await one.trip()
        await one.told(1)
        done = await one.scene.engine.switch.to_cloud()
        assert (done.providers, done.held, done.tools) == (("acme",), ("acme",), 1)
        assert sorted(await one.told(2)) == ["home! 3", "withdraw auto:acme"]
        assert (await one.ask())[:2] == (503, "cloud; default")
        await one.scene.stop()
        await one.scene.start()
        await one.scene.until(lambda s: s.target.state is TargetState.READY, "a target that is ready")
        assert one.scene.engine.snapshot().mode is Mode.AUTO
        for _ in range(3):
            assert (await one.ask())[:2] == (503, "cloud; default")
        # Three good answers over two minutes, and it may move again.
        one.provider(FINE)
        for _ in range(3):
            assert await one.ask() == CLOUD
            one.clock.leap(BACK_SPAN_S / 2 + 1.0)
        await until(lambda: one.scene.engine.auto.acts("acme"), "the end of it")
        await one.trip()


async def test_a_click_moves_it_for_good_and_the_way_home_leads_out_of_both() -> None:
    async with desk() as one:
        await one.trip()
        await one.scene.engine.switch.to_local(("acme",))
        assert (await one.ask())[:2] == (200, "local; user")
        snapshot = one.scene.engine.snapshot()
        assert (snapshot.offer.moved, snapshot.offer.home) == ((), ("acme",))
        assert snapshot.breakers["acme"].state is BreakerState.CLOSED
        one.provider(FINE)
        await one.scene.engine.switch.to_cloud()
        assert (await one.ask())[:2] == (200, "cloud; back_home")


async def test_by_hand_nothing_moves_and_turning_it_off_brings_all_home() -> None:
    async with desk("manual") as one:
        one.provider(OVERLOADED)
        for _ in range(4):
            assert (await one.ask())[:2] == (503, "cloud; default")
        await one.scene.engine.switch_mode(Mode.AUTO)
        await one.trip()
        assert await one.told(1) == ["moved! every"]
        await one.scene.engine.switch_mode(Mode.MANUAL)
        assert await one.told(1) == ["withdraw auto:acme"]
        assert (await one.ask())[:2] == (503, "cloud; default")
        assert one.scene.engine.snapshot().breakers == {}


async def test_a_way_home_that_is_a_button_and_what_it_leads_to() -> None:
    async with desk() as one:
        await one.trip()
        await one.told(1)
        banners = (each for each in one.scene.announcements if isinstance(each, Banner))
        banner = next(each for each in banners if each.stage is BannerStage.MOVED)
        assert banner.buttons[0] is Button.BACK_TO_CLOUD
        assert (banner.services, banner.params["model"], banner.params["code"]) == (("Acme AI",), MODEL, "http_503")


async def test_the_setting_turns_it_on_and_off_while_it_runs() -> None:
    async with Scene(Acme("acme")) as scene:
        assert scene.engine.snapshot().mode is Mode.MANUAL
        change(scene.home, {("gateway", "mode"): "auto"})
        await scene.engine.reload()
        assert scene.engine.snapshot().mode is Mode.AUTO
        change(scene.home, {("gateway", "mode"): None})
        await scene.engine.reload()
        assert scene.engine.snapshot().mode is Mode.MANUAL


async def test_where_nothing_is_read_again_the_mode_is_changed_all_the_same() -> None:
    """The demo has no files of the user's to come back to."""
    async with Scene(Acme("acme")) as scene:
        await scene.stop()
        async with Engine(scene.home, scene.clock, load_all(scene.home), watch_machine=False) as engine:
            await engine.switch_mode(Mode.AUTO)
            assert (engine.snapshot().mode, engine.auto.mode) == (Mode.AUTO, Mode.AUTO)
        await scene.start()
        assert scene.engine.snapshot().mode is Mode.AUTO


async def test_of_two_clicks_the_last_one_counts() -> None:
    async with Scene(Acme("acme")) as scene:
        wishes = (Mode.AUTO, Mode.MANUAL, Mode.AUTO, Mode.MANUAL)
        await asyncio.gather(*map(scene.engine.switch_mode, wishes))
        assert scene.engine.snapshot().mode is load_all(scene.home).settings.gateway.mode is Mode.MANUAL


async def test_a_click_counts_more_than_what_was_edited_before_it() -> None:
    async with Scene(Acme("acme")) as scene:
        change(scene.home, {("gateway", "mode"): "auto"})
        await scene.engine.switch_mode(Mode.MANUAL)
        await scene.engine.reload()
        assert scene.engine.snapshot().mode is Mode.MANUAL


async def test_a_target_that_dies_is_said_and_takes_the_move_with_it() -> None:
    async with desk() as one:
        await one.trip()
        await one.told(1)
        await one.target.close()
        await one.scene.engine.switch.check_target()
        snapshot = await one.scene.until(lambda s: s.lack is Lack.TARGET, "the end of the target")
        assert (snapshot.offer.moved, snapshot.offer.home) == ((), ())
        assert await one.told(1) == ["withdraw auto:acme"]
        # The provider is asked again, since nobody else can answer.
        one.provider(FINE)
        assert await one.ask() == CLOUD
