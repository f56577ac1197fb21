"""Two troubles, one after the other or one within the other, on the small internet of `own_network`.

`namespace.play` runs it with a STORY, and with mounts of its own.
"""

import asyncio
import sys
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path

from tests.support.own_network import BREAKS, SETTINGS, Internet
from tests.support.scene import NO_KEY, OVERLOADED, Scene
from trayapp.core.light.severity import Finding, Light
from trayapp.core.notify.banner import Banner, BannerStage

# Twice that of `own_network`: here it is outages that take their time, and few time-outs come in a row.
RATE = 30.0
LIMIT_S = 60.0


def told(scene: Scene) -> list[BannerStage]:
    """What popped up, in order."""
    return [one.stage for one in scene.announcements if isinstance(one, Banner) and one.pops_up]


async def until_green(scene: Scene) -> None:
    await scene.until(lambda s: s.judgement.light is Light.GREEN, "green", LIMIT_S)


async def until_own_network(scene: Scene, what: str) -> None:
    await scene.until(
        lambda s: (
            (s.judgement.network.state, s.judgement.network.step) == BREAKS[what]
            and all(one.finding is Finding.OWN_NETWORK for one in s.judgement.services)
        ),
        what,
        LIMIT_S,
    )


async def until_down(scene: Scene) -> None:
    await scene.until(lambda s: scene.verdict("bolt").finding is Finding.DOWN, "Bolt to be down", LIMIT_S)
    await scene.until(lambda s: scene.verdict("acme").light is Light.GREEN, "Acme to be well", LIMIT_S)
    await scene.until(lambda s: told(scene) == [BannerStage.DOWN], "news", LIMIT_S)


async def until_over(scene: Scene, internet: Internet) -> None:
    internet.bolt.api(NO_KEY)
    await until_green(scene)
    await scene.until(lambda s: told(scene) == [BannerStage.DOWN, BannerStage.OVER], "the end of it", LIMIT_S)
    assert len(scene.engine.incidents) <= 1, scene.engine.incidents
    assert {one.service for one in scene.transitions if one.light is Light.RED} == {"bolt-api"}


async def outage_over_a_gap(scene: Scene, internet: Internet, fault: str) -> None:
    """Bolt falls, the network goes and comes back, Bolt is down still: one incident, told once, and over once."""
    internet.bolt.api(OVERLOADED)
    await until_down(scene)
    (before,) = scene.engine.incidents
    getattr(internet, fault)()
    await until_own_network(scene, fault)
    internet.heal()
    await until_down(scene)
    (after,) = scene.engine.incidents
    assert (after.id, after.started_at) == (before.id, before.started_at)
    await until_over(scene, internet)


async def outage_ends_in_the_gap(scene: Scene, internet: Internet, fault: str) -> None:
    """Bolt is well again by the time the network comes back: that is its end, told once."""
    internet.bolt.api(OVERLOADED)
    await until_down(scene)
    getattr(internet, fault)()
    await until_own_network(scene, fault)
    internet.bolt.api(NO_KEY)
    internet.heal()
    await until_over(scene, internet)


async def outage_begins_in_the_gap(scene: Scene, internet: Internet, fault: str) -> None:
    """Bolt falls while nobody can see it, and is told once the network is back."""
    getattr(internet, fault)()
    await until_own_network(scene, fault)
    internet.bolt.api(OVERLOADED)
    asleep_until = scene.clock.now() + 60.0
    await scene.until(lambda s: s.at > asleep_until, "a minute", LIMIT_S)
    assert scene.announcements == []
    internet.heal()
    await until_down(scene)
    await until_over(scene, internet)


async def one_fault_after_the_other(scene: Scene, internet: Internet, first: str, second: str) -> None:
    """Each is named while it lasts, and nothing is told of anybody."""
    getattr(internet, first)()
    await until_own_network(scene, first)
    internet.heal()
    getattr(internet, second)()
    await until_own_network(scene, second)
    internet.heal()
    await until_green(scene)
    assert scene.announcements == []
    assert scene.engine.incidents == ()
    assert Light.RED not in {one.light for one in scene.transitions}


STORIES: dict[str, tuple[Callable[..., Coroutine[None, None, None]], *tuple[str, ...]]] = {
    "cable within an outage": (outage_over_a_gap, "cable"),
    "portal within an outage": (outage_over_a_gap, "portal"),
    "names gone at an outage's end": (outage_ends_in_the_gap, "dns"),
    "portal, then an outage": (outage_begins_in_the_gap, "portal"),
    "interception, then an outage": (outage_begins_in_the_gap, "inspected"),
    "cable, then portal": (one_fault_after_the_other, "cable", "portal"),
    "portal, then names": (one_fault_after_the_other, "portal", "dns"),
    "lost, then a clock": (one_fault_after_the_other, "tcp", "clock"),
}


async def main(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        internet = Internet(Path(folder), page="status.acme.test")
        async with internet.up(), Scene(internet.acme, internet.bolt, settings=SETTINGS, rate=RATE) as scene:
            await until_green(scene)
            play, *faults = STORIES[name]
            await play(scene, internet, *faults)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
