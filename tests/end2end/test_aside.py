"""`llm-ampel aside`: an outage that the user has set aside, through real engine, socket and command."""

import json
from typing import Any

import pytest

from tests.support.commands import Ended, run
from tests.support.scene import OVERLOADED, Acme, Scene
from tests.support.told import in_both
from trayapp.control import client
from trayapp.control.messages import AskAside
from trayapp.core.light.aside import Lasts
from trayapp.core.light.severity import Light
from trayapp.core.notify.banner import Banner, BannerStage, Withdraw
from trayapp.errors import Problem


def alone(light: Light) -> Any:
    return lambda s: s.judgement.light is light


async def status() -> tuple[int, dict[str, Any]]:
    ended = await run("status", "--json")
    return ended.code, json.loads(ended.out)


def said(ended: Ended) -> list[str]:
    assert ended.code == 0, ended
    return ended.out.splitlines()


async def test_it_is_left_out_says_so_survives_a_restart_and_comes_back() -> None:
    async with Scene(Acme(page=False), Acme("bolt", page=False)) as scene:
        async with scene.listening():
            assert said(await run("aside")) == ["Nothing is set aside."]
            await scene.until(alone(Light.GREEN), "green")
            scene["acme"].api(OVERLOADED)
            await scene.until(alone(Light.RED), "red")
            (incident,) = scene.engine.incidents
            await scene.until(lambda s: any(isinstance(one, Banner) for one in scene.announcements), "the banner")
            assert (await run("status")).code == 2
            # The incident, by the name that JSON gives it.
            assert said(await run("aside", incident.id, "--until", "undone")) == ["Acme API: set aside"]
            code, report = await status()
            assert (code, report["light"]) == (0, "green")
            acme, bolt = report["services"]
            assert (acme["light"], acme["incident"]["id"]) == ("red", incident.id)
            assert (acme["aside"]["lasts"], acme["aside"]["incident"]) == ("undone", incident.id)
            assert bolt["aside"] is None
            # Who asks for it alone hears how it is.
            assert (await run("check", "acme-api")).code == 2
            lines = (await run("check")).out.splitlines()
            assert lines[:2] == ["Everything else works.", "Set aside: Acme API."]
            await scene.engine.settle()
            assert scene.announcements[-1] == Withdraw(incident.id)
        await scene.stop()
        await scene.start()
        async with scene.listening():
            await scene.until(lambda s: scene.verdict().light is Light.RED, "red still")
            assert (await status())[0] == 0
            told = len(scene.announcements)
            assert said(await run("aside", "acme-api", "--undo")) == ["Nothing is set aside."]
            await scene.until(alone(Light.RED), "red again")
            await scene.until(lambda s: len(scene.announcements) > told, "told again")
            banner = scene.announcements[told]
            assert isinstance(banner, Banner)
            assert banner.stage is BannerStage.DOWN


async def test_it_comes_back_when_its_time_is_over() -> None:
    async with Scene(Acme(page=False), Acme("bolt", page=False)) as scene, scene.listening():
        await scene.until(alone(Light.GREEN), "green")
        scene["acme"].api(OVERLOADED)
        await scene.until(alone(Light.RED), "red")
        scene.engine.wishes.set_aside("acme-api", Lasts.TIME, scene.engine.clock.now() + 300.0)
        await scene.until(alone(Light.GREEN), "left out")
        await scene.until(alone(Light.RED), "back by itself")


async def test_mistakes_say_what_to_do() -> None:
    (await in_both("aside", "acme-api")).says(("is not running",), ("läuft nicht",))
    (await in_both("aside", "x", "--until", "soon")).says(("soon is no time", "18:00"), ("soon ist keine Zeit",))
    past = await in_both("aside", "x", "--until", "2020-01-01")
    past.says(("is over already",), ("ist schon vorbei",))
    far = await in_both("aside", "x", "--until", "9999-12-31T23:59:59-12:00")
    assert far.codes == {64}
    far.says(("too far away", "“undone”"), ("zu weit weg", "„undone“"))
    nothing = await in_both("aside", "--undo")
    nothing.says(("Nothing was named",), ("Es wurde nichts genannt",))
    assert nothing.codes == {64}
    async with Scene(Acme(page=False)) as scene, scene.listening():
        await scene.until(alone(Light.GREEN), "green")
        (await in_both("aside", "nonsense")).says(("nothing called nonsense", "acme-api"), ("heißt nonsense",))
        (await in_both("aside", "acme-api", "--undo")).says(("is not set aside",), ("ist nicht zurückgestellt",))


@pytest.mark.parametrize("until", [None, -1e300, 0.0, 1e300])
async def test_a_time_that_no_calendar_has_is_refused_and_harms_nothing(until: float | None) -> None:
    """The socket may be spoken to by anything of the user's: what it took would be in every picture from then on."""
    async with Scene(Acme(page=False)) as scene, scene.listening():
        await scene.until(alone(Light.GREEN), "green")
        with pytest.raises(Problem, match="bad_until"):
            await client.ask(scene.home, AskAside(target="acme-api", lasts="time", until=until))
        assert said(await run("aside")) == ["Nothing is set aside."]
