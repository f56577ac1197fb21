"""A provider that fails some of its requests, and one that dies slowly, for hours, through real HTTP."""

import asyncio
import random
from collections.abc import Callable
from itertools import pairwise

import pytest

from tests.support.fakeclock import PatientClock
from tests.support.httpserver import Behaviour, Request
from tests.support.scene import EPOCH, NO_KEY, OVERLOADED, Acme, Scene
from trayapp.core.light.severity import Finding, Light
from trayapp.core.light.verdicts import Transition
from trayapp.core.notify.banner import Banner, BannerStage, Urgency

# Two hours in eight seconds; a round trip is three seconds or so.
RATE = 900.0
SHARE, FOR_S = 0.15, 7200.0
# The budget's 95th percentile, and most of the rest.
YELLOW_WITHIN_S, HELD_SHARE = 2700.0, 0.6
FIRST_SHARE, DYING_S, DEAD_S = 0.05, 1800.0, 1800.0
TOLD_WITHIN_S = 120.0


def failing(share: Callable[[], float], seed: int) -> Behaviour:
    """Fails that share of its requests, the same ones whenever it is asked in the same order."""
    drawn = random.Random(seed)

    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        await (OVERLOADED if drawn.random() < share() else NO_KEY)(writer, request)

    return behave


async def live(share_at: Callable[[float], float], seed: int, for_s: float) -> tuple[Scene, float]:
    """A scene that is over, and when it began: one of three providers failed as it says for so long."""
    clock = PatientClock(EPOCH, RATE)
    scene = Scene(Acme("acme"), Acme("bolt"), Acme("core"), clock=clock)
    async with scene:
        await scene.until(lambda s: s.judgement.light is Light.GREEN, "green")
        began = clock.now()
        scene["acme"].api(failing(lambda: share_at(clock.now() - began), seed))
        await scene.until(lambda s: s.at > began + for_s, "it to be over", 90)
    assert {one.service for one in scene.transitions if one.at > began} == {"acme-api"}
    return scene, began


def lights(scene: Scene, began: float) -> list[Transition]:
    return [one for one in scene.transitions if one.at > began]


def pops_up(scene: Scene) -> list[Banner]:
    return [one for one in scene.announcements if isinstance(one, Banner) and one.pops_up]


@pytest.mark.parametrize("seed", [1, 4])
async def test_what_fails_in_part_is_yellow_in_time_stays_so_and_is_never_red(seed: int) -> None:
    scene, began = await live(lambda _: SHARE, seed, FOR_S)
    seen = lights(scene, began)
    degraded = next(one for one in seen if one.finding is Finding.DEGRADED)
    assert degraded.at - began < YELLOW_WITHIN_S
    spans = pairwise([*((one.at, one.light) for one in seen), (began + FOR_S, None)])
    assert sum(until - at for (at, light), (until, _) in spans if light is Light.YELLOW) > HELD_SHARE * FOR_S
    assert Light.RED not in {one.light for one in seen}
    # It is told once, and without haste.
    (told,) = pops_up(scene)
    assert told.stage in (BannerStage.YELLOW, BannerStage.FLAPPING)
    assert told.urgency is Urgency.LOW


@pytest.mark.parametrize("seed", [2, 5])
async def test_a_slow_death_is_yellow_then_red_once_and_stays_so(seed: int) -> None:
    def share_at(age_s: float) -> float:
        return min(1.0, FIRST_SHARE + (1.0 - FIRST_SHARE) * age_s / DYING_S)

    scene, began = await live(share_at, seed, DYING_S + DEAD_S)
    seen = lights(scene, began)
    assert [one.light for one in seen].count(Light.RED) == 1
    assert seen[-1].light is Light.RED
    assert seen[-2].light is Light.YELLOW
    assert seen[-1].at < began + DYING_S + 300.0
    *before, down = pops_up(scene)
    assert [one.urgency for one in before] in ([], [Urgency.LOW])
    assert down.stage is BannerStage.DOWN
    assert down.at < seen[-1].at + TOLD_WITHIN_S
    assert "again" not in down.params
