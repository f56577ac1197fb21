"""Metered connections and battery savers through the whole engine: who is well is asked less often, and it is said."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from tests.support.commands import run, running
from tests.support.dbus_services import NetworkManager
from tests.support.fakeclock import PatientClock
from tests.support.scene import EPOCH, MODELS_PATH, OVERLOADED, Acme, Scene, write_files
from tests.support.sessionbus import PrivateBus
from tests.support.until import until
from trayapp.core.evidence.sparing import Sparing
from trayapp.core.light.severity import Finding, Light
from trayapp.paths import home

METERED = Sparing(metered=True)
SUMMARY = "/api/v2/summary.json"
RATE = 200.0


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with Scene(Acme("acme"), Acme("bolt"), rate=RATE, clock=PatientClock(EPOCH, RATE)) as one:
        await one.until(lambda s: s.judgement.light is Light.GREEN, "green", 60)
        yield one


async def asked_in(scene: Scene, virtual_s: float, count: Callable[[], int]) -> int:
    """How many requests came meanwhile."""
    before, begin = count(), scene.clock.now()
    await scene.until(lambda s: s.at > begin + virtual_s, "time to pass", 60)
    return count() - before


async def test_who_is_well_is_asked_less_often_from_now_on(scene: Scene) -> None:
    api, page = scene["acme"].api_server, scene["acme"].page_server
    scene.engine.spare(METERED)
    begin = api.asked(MODELS_PATH), page.asked(SUMMARY)
    assert 1 <= await asked_in(scene, 960, lambda: api.asked(MODELS_PATH)) <= 5
    assert page.asked(SUMMARY) - begin[1] <= 3
    assert scene.engine.judgement.light is Light.GREEN
    assert not [one for one in scene.transitions if one.was_light is Light.GREEN]


async def test_back_to_the_usual_pace_within_seconds(scene: Scene) -> None:
    api = scene["acme"].api_server
    scene.engine.spare(METERED)
    await asked_in(scene, 130, lambda: 0)
    asked = api.asked(MODELS_PATH)
    scene.engine.spare(Sparing(metered=False))
    begin = scene.clock.now()
    await scene.until(lambda s: api.asked(MODELS_PATH) > asked, "a request", 60)
    assert scene.clock.now() - begin < 70


async def test_an_outage_is_followed_at_full_pace(scene: Scene) -> None:
    """Also the page of who is down, which was to wait for minutes; and nobody else."""
    acme, bolt = scene["acme"], scene["bolt"]
    scene.engine.spare(METERED)
    await asked_in(scene, 240, lambda: 0)
    acme.api(OVERLOADED)
    await acme.api_server.wait_asked(MODELS_PATH, acme.api_server.asked(MODELS_PATH) + 1)
    failed_at = scene.clock.now()
    await scene.until(lambda s: scene.verdict("acme").finding is Finding.DOWN, "down", 60)
    assert scene.clock.now() - failed_at < 60
    pages = acme.page_server.asked(SUMMARY), bolt.page_server.asked(SUMMARY)
    assert 14 <= await asked_in(scene, 600, lambda: acme.api_server.asked(MODELS_PATH)) <= 21
    assert acme.page_server.asked(SUMMARY) - pages[0] >= 4
    assert bolt.page_server.asked(SUMMARY) - pages[1] <= 2


async def test_a_page_that_tells_of_trouble_is_followed_at_full_pace(scene: Scene) -> None:
    acme = scene["acme"]
    scene.engine.spare(METERED)
    acme.page(chat_completions="major_outage")
    await scene.until(lambda s: scene.verdict("acme").light is Light.RED, "red", 60)
    asked = acme.page_server.asked(SUMMARY)
    assert 7 <= await asked_in(scene, 600, lambda: acme.api_server.asked(MODELS_PATH)) <= 11
    assert acme.page_server.asked(SUMMARY) - asked >= 4


async def test_the_setting_switches_it_off(scene: Scene) -> None:
    scene.engine.spare(METERED)
    assert scene.engine.snapshot().sparing.reasons
    write_files(scene.home, tuple(scene.providers.values()), "thrifty = false\n")
    await scene.engine.reload()
    assert not scene.engine.snapshot().sparing.reasons
    api = scene["acme"].api_server
    assert 7 <= await asked_in(scene, 600, lambda: api.asked(MODELS_PATH)) <= 11


async def test_the_program_says_so(system_bus: PrivateBus, session_bus: PrivateBus) -> None:
    """A real instance on a bus of its own: told live, in words and in JSON."""
    acme = Acme("acme", page=False)
    async with acme.api_server, NetworkManager(system_bus.address, 2) as manager:
        acme.api_server.on(MODELS_PATH, OVERLOADED)
        write_files(home(), (acme,))
        async with running("watch", "--json") as instance:
            await instance.printed(1)

            def spared() -> Any:
                return json.loads(instance.lines[-1])["network"]["spared"]

            await until(lambda: json.loads(instance.lines[-1])["network"]["metered"] is False, "the desktop's word")
            manager.meter(1)
            await until(lambda: spared() == ["metered"], "metered")
            assert "Metered connection: I look four times less often" in (await run("status")).out
            assert "Getaktete Verbindung" in (await run("status", LANGUAGE="de")).out
            manager.meter(2)
            await until(lambda: spared() == [], "no longer metered")
