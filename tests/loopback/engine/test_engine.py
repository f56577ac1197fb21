"""The engine as a whole: the order of remembering and telling, changed settings, and how it ends."""

import asyncio
import time
from typing import Any

import pytest

from tests.support.httpserver import Server, silent
from tests.support.scene import NO_KEY, OVERLOADED, Acme, Scene, free_port, write_files
from tests.support.until import until
from trayapp.clock import SystemClock
from trayapp.core.light.judge import JudgeMemory
from trayapp.core.light.severity import Finding, Light
from trayapp.core.notify.banner import Announcement, Banner, BannerStage
from trayapp.core.notify.policy import NotificationMemory
from trayapp.core.snapshot import Snapshot
from trayapp.core.switching.route import To, Until
from trayapp.engine.engine import SAVE_S, TICK_S, Engine
from trayapp.engine.loading import load_all
from trayapp.engine.memory import Keeper
from trayapp.engine.switch import Switch
from trayapp.errors import Problem
from trayapp.gateway.server import Gateway
from trayapp.paths import home
from trayapp.settings.file import change
from trayapp.store.store import Store


def red(s: Snapshot) -> bool:
    return s.judgement.light is Light.RED


def fine(s: Snapshot) -> bool:
    return s.judgement.light is Light.GREEN


def banner(key: str) -> Banner:
    return Banner(key, BannerStage.SWITCHED, 0.0)


async def stored(scene: Scene) -> dict[str, Any]:
    """What a restart would find on the disk now."""
    store = Store(scene.home.store_file)
    await store.open()
    try:
        return await Keeper(store).load({"told": NotificationMemory, "judge": JudgeMemory})
    finally:
        await store.close()


async def test_a_banner_is_remembered_before_it_is_told() -> None:
    async with Scene(Acme("acme")) as scene:
        found: list[list[BannerStage | None]] = []

        async def announce(one: Announcement, snapshot: Snapshot) -> None:
            told = (await stored(scene))["told"]
            found.append([spoken.stage for spoken in told.by_key.values()])

        scene.announce = announce
        await scene.until(fine, "green")
        scene["acme"].api(OVERLOADED)
        await until(lambda: found, "the banner")
        assert found[0] == [BannerStage.DOWN]


@pytest.mark.expects_log("telling a banner")
async def test_one_banner_that_cannot_be_told_stops_no_other() -> None:
    async with Scene(Acme("acme")) as scene:
        told: list[str] = []

        async def announce(one: Announcement, snapshot: Snapshot) -> None:
            if one.key == "bad":
                raise RuntimeError("the bus is on fire")
            told.append(one.key)

        scene.announce = announce
        scene.engine.announce(banner("bad"), banner("same round"))
        scene.engine.announce(banner("next round"))
        await scene.engine.settle()
        assert told == ["same round", "next round"]


async def test_only_when_back_is_remembered_at_once_and_holds_after_a_restart() -> None:
    async with Scene(Acme("acme")) as scene:
        await scene.until(fine, "green")
        scene["acme"].api(OVERLOADED)
        snapshot = await scene.until(red, "red")
        scene.engine.only_when_back(snapshot.incidents[0].id)
        await scene.engine.settle()
        (spoken,) = (await stored(scene))["told"].by_key.values()
        assert spoken.only_when_back
        assert scene.engine.snapshot().hushed == (snapshot.incidents[0].id,)


async def saved_at(scene: Scene) -> float:
    at: float = (await stored(scene))["judge"].saved_at
    return at


async def test_an_outage_is_remembered_without_news_and_a_calm_engine_leaves_the_disk_alone() -> None:
    # What is asked of a page's past is remembered at once.
    async with Scene(Acme("acme", page=False)) as scene:
        await scene.until(fine, "green")
        await scene.engine.settle()
        calm = await saved_at(scene)
        await scene.until(lambda s: s.at > calm + 2 * SAVE_S, "calm for twice as long")
        assert await saved_at(scene) == calm
        scene["acme"].api(OVERLOADED)
        await scene.until(lambda s: red(s) and bool(scene.announcements), "red, and told")
        await scene.engine.settle()
        told, transitions = await saved_at(scene), len(scene.transitions)
        while await saved_at(scene) == told:
            await scene.clock.sleep(TICK_S)
        assert await saved_at(scene) >= told + SAVE_S
        assert transitions == len(scene.transitions), "without any news"


async def test_time_alone_is_judged_without_any_news() -> None:
    async with Scene(Acme("acme")) as scene:
        await scene.until(fine, "green")
        await scene.engine.stop_watching()
        # Nobody asks anything any more; the light has to turn by itself once what was seen is too old.
        await scene.until(lambda s: s.judgement.light is Light.GREY, "grey", 30)


async def test_other_services_are_watched_without_forgetting_those_that_stay() -> None:
    async with Scene(Acme("acme"), Acme("bravo")) as scene:
        await scene.until(fine, "green")
        scene["acme"].api(OVERLOADED)
        before = (await scene.until(red, "red")).judgement.service("acme-api")
        assert before is not None
        await until(lambda: scene.announcements, "the banner")
        told = len([one for one in scene.announcements if isinstance(one, Banner)])
        change(scene.home, {("watch", "services"): ["acme-api"]})
        await scene.engine.reload()
        snapshot = scene.engine.snapshot()
        (after,) = snapshot.judgement.services
        assert (after.light, after.since, after.incident) == (Light.RED, before.since, before.incident)
        await scene.engine.settle()
        assert len([one for one in scene.announcements if isinstance(one, Banner)]) == told
        # The watcher that goes on is the only one, and it watches.
        scene["acme"].api(NO_KEY)
        await scene.until(lambda s: s.judgement.services[0].finding is Finding.RECOVERING, "recovery")


async def test_two_changes_at_once_leave_one_watcher() -> None:
    async with Scene(Acme("acme"), Acme("bravo")) as scene:
        await scene.until(fine, "green")
        change(scene.home, {("watch", "services"): ["bravo-api"]})
        await asyncio.gather(*(scene.engine.reload() for _ in range(4)))
        watchers = [one for one in asyncio.all_tasks() if one.get_name() == "watch/watcher"]
        assert len(watchers) == 1
        await scene.until(lambda s: [one.id for one in s.judgement.services] == ["bravo-api"], "the other service")


async def test_nothing_is_changed_by_files_that_cannot_be_read() -> None:
    async with Scene(Acme("acme")) as scene:
        await scene.until(fine, "green")

        def broken() -> Any:
            raise PermissionError("settings.toml")

        scene.reload = broken
        with pytest.raises(PermissionError):
            await scene.engine.reload()
        scene.reload = lambda: load_all(scene.home)
        await scene.engine.reload()
        assert fine(scene.engine.snapshot())


async def test_without_a_way_to_reload_nothing_happens() -> None:
    write_files(home(), (), "[catalogue]\nbuiltin = false\n")
    async with Engine(home(), SystemClock(), load_all(home()), watch_machine=False, remember=False) as engine:
        before = engine.loaded
        await engine.reload()
        assert engine.loaded is before


async def test_nothing_is_published_after_the_end_and_no_task_is_left() -> None:
    before = asyncio.all_tasks()
    async with Scene(Acme("acme"), settings=f"[gateway]\nport = {free_port()}\n") as scene:
        scene.engine.switch.tokens.add("editor")
        await scene.engine.switch.apply()
        await scene.until(fine, "green")
        published: list[Snapshot] = []
        engine = scene.engine
        await scene.stop()
        scene.publish = published.append
        engine.changed()
        engine.changed_often()
        ours = [one for one in asyncio.all_tasks() - before if "/" in one.get_name() and "http" not in one.get_name()]
        assert ours == []
        await asyncio.sleep(0.5)
        assert published == []
        await scene.start()


async def test_a_banner_that_hangs_holds_the_end_up_for_a_moment_only() -> None:
    async with Scene(Acme("acme")) as scene:
        cancelled = asyncio.Event()

        async def announce(one: Announcement, snapshot: Snapshot) -> None:
            try:
                await asyncio.Event().wait()
            finally:
                cancelled.set()

        scene.announce = announce
        scene.engine.announce(banner("stuck"))
        await scene.stop()
        assert cancelled.is_set()
        await scene.start()


async def test_what_was_still_to_be_told_is_told_before_the_end() -> None:
    async with Scene(Acme("acme")) as scene:
        told: list[str] = []

        async def announce(one: Announcement, snapshot: Snapshot) -> None:
            await asyncio.sleep(0.05)
            told.append(one.key)

        scene.announce = announce
        scene.engine.announce(*(banner(str(number)) for number in range(3)))
        await scene.stop()
        assert told == ["0", "1", "2"]
        await scene.start()


async def test_a_target_that_hangs_holds_the_end_up_for_a_moment_only() -> None:
    async with Server() as server:
        server.always(silent)
        text = f'[local]\nserver = "openai-compatible"\nurl = "{server.url}"\nmodel = "m"\n'
        async with Scene(Acme("acme"), settings=f"{text}[gateway]\nport = {free_port()}\n") as scene:
            await until(lambda: server.requests, "the look at the target")
            begun = time.monotonic()
            await scene.stop()
            assert time.monotonic() - begun < 8.0
            await scene.start()


async def test_memory_is_saved_whatever_fails_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Scene(Acme("acme"), settings=f"[gateway]\nport = {free_port()}\n") as scene:
        scene.engine.switch.tokens.add("editor")
        await scene.engine.switch.apply()
        await scene.until(fine, "green")
        stop = Gateway.stop

        async def fail(gateway: Gateway) -> None:
            await stop(gateway)
            raise RuntimeError("it does not want to end")

        scene.engine.routes.switch(("acme",), To.LOCAL, Until.CHANGED, scene.clock.now())
        with monkeypatch.context() as patch:
            patch.setattr(Gateway, "stop", fail)
            with pytest.raises(RuntimeError):
                await scene.stop()
        await scene.start()
        assert scene.engine.routes.route("acme").to is To.LOCAL
        assert fine(scene.engine.snapshot())


async def test_a_start_that_fails_lets_go_of_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Scene(Acme("acme")) as scene:
        await scene.stop()
        before = asyncio.all_tasks()

        async def fail(switch: Switch) -> None:
            raise Problem("tokens_broken", path="tokens.json")

        with monkeypatch.context() as patch:
            patch.setattr(Switch, "apply", fail)
            with pytest.raises(Problem, match="tokens_broken"):
                await Engine(scene.home, scene.clock, load_all(scene.home), watch_machine=False).__aenter__()
        assert asyncio.all_tasks() == before
        await scene.start()
