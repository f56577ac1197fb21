"""The whole watcher over real HTTP, on a clock that hurries: a minute between requests is half a second."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from itertools import pairwise
from typing import TypeVar

import pytest

from tests.support import httpserver, pagefiles
from tests.support.fakeclock import PatientClock
from tests.support.httpserver import Behaviour, Server, answer
from tests.support.until import until
from trayapp.core.catalogue import Catalogue, Component, Page, Probe, ProbeKind, Provider, Service
from trayapp.core.evidence.observation import (
    Control,
    NetworkReport,
    NetworkState,
    NetworkStep,
    Observation,
    Outcome,
    Try,
)
from trayapp.core.evidence.pace import RED_INTERVAL_S, RETRIES_S, Pace
from trayapp.core.evidence.page_report import PageHealth, PageReport
from trayapp.settings.schema import NetworkSettings, Settings, Watch
from trayapp.watch.schedule.budget import Budget
from trayapp.watch.watcher import Watcher

RATE = 120.0
EPOCH = datetime(2026, 2, 3, 21, 0, tzinfo=UTC)
MODELS = "/v1/models"
SUMMARY = "/api/v2/summary.json"
NO_KEY = answer(401, {"error": {"type": "invalid_request_error", "message": "no key"}})
BROKEN = answer(503, {"error": {"type": "server_error", "message": "overloaded"}})
CALM_PAGE = answer(200, pagefiles.summary([pagefiles.component("chat", "Chat")]))
T = TypeVar("T")


class Clock(PatientClock):
    """Can be moved on at a stroke, as by a suspend."""

    def __init__(self) -> None:
        super().__init__(EPOCH, RATE)
        self.skipped_s = 0.0

    def now(self) -> float:
        return super().now() + self.skipped_s


class Rules:
    """Stands in for the verdict: a failing host is in trouble, red from the third failure in a row."""

    def __init__(self) -> None:
        self.failures: Counter[str] = Counter()

    def observe(self, seen: Observation) -> None:
        if isinstance(seen, Try) and not seen.unverified:
            self.failures[seen.host] = 0 if seen.outcome is Outcome.GOOD else self.failures[seen.host] + 1

    def pace(self, host: str) -> Pace:
        failures = self.failures[host]
        return Pace.CALM if not failures else Pace.TROUBLE if failures < 3 else Pace.RED

    def wants_control(self, host: str) -> bool:
        return self.failures[host] > 0

    def wants_past(self, provider: str) -> bool:
        return False


class NoKeys:
    async def get(self, name: str, host: str) -> str | None:
        return None


class Scene:
    """Providers with an API and a page each, controls, and everything that was observed."""

    def __init__(self, names: tuple[str, ...], stack: AsyncExitStack) -> None:
        self.clock = Clock()
        self.rules = Rules()
        self.seen: list[Observation] = []
        self.names = names
        self.apis: dict[str, Server] = {}
        self.pages: dict[str, Server] = {}
        self.controls: list[Server] = []
        self.stack = stack
        self.page_interval_s = 120
        self.probe_interval_s = 60
        self.control_urls: tuple[str, ...] | None = None
        self.unverified = False
        self.accident: tuple[type[Observation], str] | None = None
        self.budget = Budget(self.clock)

    async def open(self) -> None:
        for name in self.names:
            self.apis[name] = await self.stack.enter_async_context(Server())
            self.pages[name] = await self.stack.enter_async_context(Server())
            self.apis[name].on(MODELS, NO_KEY)
            self.pages[name].on(SUMMARY, CALM_PAGE)
        for _ in range(2):
            self.controls.append(await self.stack.enter_async_context(Server()))
            self.controls[-1].always(answer(204))

    def host(self, name: str) -> str:
        return self.apis[name].netloc

    def watcher(self, *, api_url: str | None = None) -> Watcher:
        catalogue = Catalogue({name: self._provider(name, api_url or self.apis[name].url) for name in self.names})
        settings = Settings(
            watch=Watch(
                services=tuple(f"{name}-api" for name in self.names),
                page_interval_s=self.page_interval_s,
                probe_interval_s=self.probe_interval_s,
            ),
            network=NetworkSettings(controls=self.control_urls or tuple(one.url for one in self.controls)),
        )
        return Watcher(catalogue, settings, self.clock, NoKeys(), self.rules, self.observe, budget=self.budget)

    def _provider(self, name: str, api_url: str) -> Provider:
        url, unverified = api_url + MODELS, self.unverified
        probe = Probe(kind=ProbeKind.API, components=("chat",), url=url, timeout_s=2.0, unverified=unverified)
        service = Service(
            id=f"{name}-api",
            name=name,
            components=(Component("chat", "Chat", main=True, page_components=("chat",)),),
            probes=(probe,),
        )
        page = Page(kind="statuspage", url=self.pages[name].url, page_id=pagefiles.PAGE_ID)
        return Provider(provider=name, name=name, services=(service,), page=page)

    def observe(self, seen: Observation) -> None:
        self.seen.append(seen)
        self.rules.observe(seen)
        if isinstance(seen, Try | PageReport) and (type(seen), seen.provider) == self.accident:
            raise RuntimeError("an accident")

    def of(self, kind: type[T]) -> list[T]:
        return [one for one in self.seen if isinstance(one, kind)]

    def tries(self, name: str) -> list[Try]:
        return [one for one in self.of(Try) if one.provider == name]

    async def run(self, watcher: Watcher) -> None:
        """Start `watcher`; it ends with the scene."""
        task = asyncio.get_running_loop().create_task(watcher.run())

        async def end() -> None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await watcher.close()

        self.stack.push_async_callback(end)


@asynccontextmanager
async def scene_of(*names: str) -> AsyncIterator[Scene]:
    async with AsyncExitStack() as stack:
        scene = Scene(names, stack)
        await scene.open()
        yield scene


class TestCalm:
    async def test_hosts_and_pages_are_asked_at_once_and_then_at_their_intervals(self) -> None:
        async with scene_of("acme") as scene:
            await scene.run(scene.watcher())
            await until(lambda: len(scene.tries("acme")) >= 4 and len(scene.of(PageReport)) >= 2, "four tries")
            began = [one.began for one in scene.tries("acme")]
            assert all(60 <= later - earlier < 120 for earlier, later in pairwise(began))
            read = [one.at for one in scene.of(PageReport)]
            assert all(100 <= later - earlier < 240 for earlier, later in pairwise(read))
            assert {one.outcome for one in scene.tries("acme")} == {Outcome.GOOD}
            assert {one.health for one in scene.of(PageReport)} == {PageHealth.OK}
            assert scene.of(Control) == []

    async def test_what_it_costs_is_counted(self) -> None:
        async with scene_of("acme") as scene:
            watcher = scene.watcher()
            await scene.run(watcher)
            await until(lambda: bool(scene.of(PageReport) and scene.of(Try)), "first answers")
            assert watcher.bytes_today > 500

    async def test_a_good_answer_shows_that_the_connection_works(self) -> None:
        async with scene_of("acme") as scene:
            await scene.run(scene.watcher())
            await until(lambda: scene.of(NetworkReport), "a report")
            report = scene.of(NetworkReport)[0]
            assert (report.state, report.step) == (NetworkState.ONLINE, None)
            assert NetworkStep.TCP in report.passed


class TestTrouble:
    async def test_retries_come_soon_and_beside_a_control(self) -> None:
        async with scene_of("acme") as scene:
            scene.apis["acme"].on(MODELS, NO_KEY, BROKEN)
            await scene.run(scene.watcher())
            await until(lambda: len(scene.tries("acme")) >= 6, "five failures")
            failed = scene.tries("acme")[1:6]
            gaps = [later.began - earlier.began for earlier, later in pairwise(failed)]
            assert 5 <= gaps[0] < 60
            assert all(RETRIES_S[1] <= gap < 75 for gap in gaps[1:3])
            assert RED_INTERVAL_S <= gaps[3] < 120
            assert failed[0].control is None
            assert [one.control for one in failed[1:]] == [True] * 4
            assert all(one.began > failed[0].began for one in scene.of(Control))
            assert {one.host for one in scene.of(Control)} == {one.netloc for one in scene.controls}

    async def test_what_is_unverified_has_its_control_too(self) -> None:
        async with scene_of("acme") as scene:
            scene.unverified = True
            scene.apis["acme"].on(MODELS, httpserver.hang_up)
            await scene.run(scene.watcher())
            await until(lambda: len(scene.tries("acme")) >= 2, "two failures")
            assert [one.control for one in scene.tries("acme")[:2]] == [None, True]

    async def test_another_providers_host_is_the_first_control(self) -> None:
        async with scene_of("acme", "other") as scene:
            scene.probe_interval_s = 3600
            scene.apis["acme"].on(MODELS, BROKEN)
            await scene.run(scene.watcher())
            # Not before a minute has gone by may the healthy host be asked again; its own turn comes in an hour.
            await until(lambda: len(scene.tries("other")) >= 2, "a turn as control")
            asked = scene.tries("other")[1]
            await until(lambda: scene.tries("acme")[-1].began > asked.began, "the try beside it, and the next")
            beside = [one for one in scene.tries("acme") if one.began <= asked.began][-1]
            following = next(one for one in scene.tries("acme") if one.began > asked.began)
            assert beside.control is True
            assert [one for one in scene.of(Control) if beside.began <= one.began < following.began] == []

    async def test_a_provider_that_may_not_be_asked_is_left_alone(self) -> None:
        async with scene_of("acme", "other") as scene:
            scene.apis["acme"].on(MODELS, BROKEN)
            await scene.run(scene.watcher())
            await until(lambda: len(scene.tries("acme")) >= 3, "three failures")
            assert [one.control for one in scene.tries("acme")] == [None, True, True]
            began = [one.began for one in scene.tries("other")]
            assert all(later - earlier >= 60 for earlier, later in pairwise(began))
            assert scene.of(Control)

    async def test_controls_that_fail_are_told_with_the_try(self) -> None:
        async with scene_of("acme") as scene:
            scene.apis["acme"].on(MODELS, httpserver.hang_up)
            for one in scene.controls:
                one.always(httpserver.hang_up)
            await scene.run(scene.watcher())
            await until(lambda: len(scene.tries("acme")) >= 3, "three failures")
            assert [one.control for one in scene.tries("acme")[:3]] == [None, False, False]
            assert {one.good for one in scene.of(Control)} == {False}

    async def test_the_other_controls_are_asked_before_the_network_is_blamed(self) -> None:
        """Two may be lost by chance."""
        async with scene_of("acme") as scene:
            scene.apis["acme"].on(MODELS, httpserver.hang_up)
            for one in scene.controls:
                one.always(httpserver.hang_up)
            third = await scene.stack.enter_async_context(Server())
            third.always(answer(204))
            scene.controls.append(third)
            await scene.run(scene.watcher())
            await until(lambda: len(scene.tries("acme")) >= 2, "two failures")
            assert [one.control for one in scene.tries("acme")[:2]] == [None, True]
            assert NetworkState.OFFLINE not in {one.state for one in scene.of(NetworkReport)}

    async def test_a_watched_host_is_asked_out_of_turn_before_the_network_is_blamed(self) -> None:
        """A firewall loses what goes to any control, and lets the watched hosts through."""
        async with scene_of("acme", "other") as scene:
            scene.apis["acme"].on(MODELS, BROKEN)
            for one in scene.controls:
                one.always(httpserver.hang_up)
            await scene.run(scene.watcher())
            await until(lambda: len(scene.tries("acme")) >= 3, "three failures")
            assert [one.control for one in scene.tries("acme")[:3]] == [None, True, True]
            assert {one.good for one in scene.of(Control)} == {False}
            assert len(scene.tries("other")) >= 3
            assert scene.of(NetworkReport)[-1].state is NetworkState.ONLINE

    async def test_what_a_provider_says_is_told_before_what_controls_did_beside_it(self) -> None:
        async with scene_of("acme") as scene:
            scene.apis["acme"].on(MODELS, BROKEN)
            for one in scene.controls:
                one.always(httpserver.hang_up)
            await scene.run(scene.watcher())
            await until(lambda: len(scene.tries("acme")) >= 3, "three failures")
            told = [one for one in scene.seen if isinstance(one, Try | Control)]
            first = next(number for number, one in enumerate(told) if isinstance(one, Control))
            assert isinstance(told[first - 1], Try)
            assert told[first - 1] is scene.tries("acme")[1]

    async def test_no_host_is_asked_more_than_its_budget(self) -> None:
        async with scene_of("acme", "other") as scene:
            for name in scene.names:
                scene.apis[name].on(MODELS, BROKEN, NO_KEY, BROKEN)
            watcher = scene.watcher()
            await scene.run(watcher)
            deadline = scene.clock.now() + 400
            while scene.clock.now() < deadline:
                watcher.check_now()
                await asyncio.sleep(0.02)
            for name in scene.names:
                began = [one.began for one in scene.tries(name)]
                assert max(sum(at <= one < at + 60 for one in began) for at in began) <= 5
            for control in scene.controls:
                began = [one.began for one in scene.of(Control) if one.host == control.netloc]
                assert max(sum(at <= one < at + 60 for one in began) for at in began) <= 5


class TestOwnConnection:
    """A made-up internet behind an HTTP proxy on loopback: its hosts count as public."""

    async def _public(self, scene: Scene, monkeypatch: pytest.MonkeyPatch, behaviour: Behaviour) -> NetworkReport:
        proxy = await scene.stack.enter_async_context(Server())
        proxy.always(behaviour)
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        await scene.run(scene.watcher(api_url="http://api.acme.example"))
        await until(lambda: scene.of(NetworkReport), "a report")
        return scene.of(NetworkReport)[0]

    async def test_a_proxy_that_wants_a_login(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async with scene_of("acme") as scene:
            report = await self._public(scene, monkeypatch, answer(407))
            assert (report.state, report.step) == (NetworkState.OFFLINE, NetworkStep.PROXY)
            assert scene.tries("acme")[0].outcome is Outcome.PROXY

    async def test_a_proxy_setting_that_no_client_takes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async with scene_of("acme") as scene:
            monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
            await scene.run(scene.watcher(api_url="https://api.acme.example"))
            await until(lambda: scene.of(NetworkReport), "a report")
            assert scene.of(NetworkReport)[0].step is NetworkStep.PROXY
            assert scene.tries("acme")[0].code == "proxy_settings"

    async def test_a_portal_in_between(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async with scene_of("acme") as scene:
            scene.control_urls = ("http://one.example", "http://two.example")
            portal = httpserver.redirect("http://login.portal.invalid/")
            proxy = await scene.stack.enter_async_context(Server())
            proxy.always(portal)
            monkeypatch.setenv("HTTP_PROXY", proxy.url)
            await scene.run(scene.watcher(api_url="http://api.acme.example"))
            await until(lambda: scene.of(NetworkReport), "a report")
            report = scene.of(NetworkReport)[0]
            assert (report.state, report.step) == (NetworkState.CAPTIVE, NetworkStep.CAPTIVE_PORTAL)
            assert all(one.altered for one in scene.of(Control))
            assert scene.tries("acme")[0].outcome is Outcome.FOREIGN


class TestOneRound:
    async def test_it_ends_when_all_is_settled(self) -> None:
        async with scene_of("acme", "other") as scene:
            watcher = scene.watcher()
            await watcher.one_round(lambda: len(scene.of(Try)) >= 2 and len(scene.of(PageReport)) >= 2, 30)
            await watcher.close()
            assert {one.provider for one in scene.of(Try)} == {"acme", "other"}

    async def test_it_ends_with_its_time(self) -> None:
        async with scene_of("acme") as scene:
            scene.apis["acme"].on(MODELS, httpserver.silent)
            watcher = scene.watcher()
            began = asyncio.get_running_loop().time()
            await watcher.one_round(lambda: False, 0.4)
            await watcher.close()
            assert asyncio.get_running_loop().time() - began < 2

    async def test_successive_watchers_share_a_budget(self) -> None:
        async with scene_of("acme") as scene:
            for count in (1, 2, 3):
                watcher = scene.watcher()
                await watcher.one_round(lambda: min(len(scene.of(Try)), len(scene.of(PageReport))) >= count, 10)  # noqa: B023 - called at once
                await watcher.close()
            began = [one.began for one in scene.tries("acme")]
            assert len(began) == 3
            assert all(later - earlier >= 60 for earlier, later in pairwise(began))


class TestSurvival:
    @pytest.mark.expects_log("by a mistake of ours")
    async def test_an_accident_at_one_host_does_not_end_the_watching(self) -> None:
        async with scene_of("acme", "other") as scene:
            scene.accident = Try, "acme"
            await scene.run(scene.watcher())
            await until(lambda: len(scene.tries("acme")) >= 2 and len(scene.tries("other")) >= 2, "both go on")

    @pytest.mark.expects_log("reading the page of acme failed")
    async def test_an_accident_at_a_page_does_not_either(self) -> None:
        async with scene_of("acme") as scene:
            scene.accident = PageReport, "acme"
            await scene.run(scene.watcher())
            await until(lambda: len(scene.tries("acme")) >= 2 and len(scene.of(PageReport)) >= 2, "both go on")

    async def test_after_a_suspend_everything_is_asked_anew(self) -> None:
        async with scene_of("acme") as scene:
            scene.probe_interval_s = 3600
            watcher = scene.watcher()
            await scene.run(watcher)
            await until(lambda: scene.tries("acme"), "the first try")
            scene.clock.skipped_s += 8 * 3600
            watcher.disturbed()
            await until(lambda: len(scene.tries("acme")) >= 2 and len(scene.of(PageReport)) >= 2, "a fresh look", 5)

    async def test_requests_that_are_under_way_then_are_given_up_quietly(self) -> None:
        async with scene_of("acme") as scene:
            scene.apis["acme"].on(MODELS, httpserver.silent, NO_KEY)
            watcher = scene.watcher()
            await scene.run(watcher)
            await scene.apis["acme"].wait_asked(MODELS, 1)
            watcher.disturbed()
            await until(lambda: any(one.outcome is Outcome.GOOD for one in scene.tries("acme")), "an answer")
            assert scene.tries("acme")[0].outcome is Outcome.FAIL

    async def test_check_now_asks_what_may_be_asked(self) -> None:
        async with scene_of("acme") as scene:
            scene.probe_interval_s = 3600
            scene.page_interval_s = 3600
            watcher = scene.watcher()
            await scene.run(watcher)
            await until(lambda: bool(scene.tries("acme") and scene.of(PageReport)), "the first answers")
            watcher.check_now()
            await until(lambda: len(scene.tries("acme")) >= 2 and len(scene.of(PageReport)) >= 2, "a second look", 5)
            first, second = (one.began for one in scene.tries("acme"))
            assert second - first >= 60

    async def test_a_page_that_drips_holds_up_nobody(self) -> None:
        async with scene_of("acme", "other") as scene:
            scene.pages["acme"].on(SUMMARY, httpserver.drip)
            await scene.run(scene.watcher())
            await until(lambda: len(scene.tries("acme")) >= 2 and len(scene.of(PageReport)) >= 2, "the others go on")
            assert {one.provider for one in scene.of(PageReport)} == {"other"}
