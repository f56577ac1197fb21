"""The night as text: every transition, every finding and every banner in both languages, as a readable file.

After a change that is meant: `pytest tests/end2end/test_night_text.py --night=write`, and read the difference.
"""

from pathlib import Path

import pytest

from tests.support.nightlog import render
from trayapp.core.light.verdicts import Transition
from trayapp.core.notify.banner import Announcement, Banner, BannerStage
from trayapp.core.snapshot import Snapshot
from trayapp.core.switching.route import To
from trayapp.demo.clock import night_clock
from trayapp.demo.night import DAWN, NIGHT
from trayapp.demo.tool import SimulatedTool
from trayapp.demo.world import simulated_night
from trayapp.engine.engine import Engine
from trayapp.engine.loading import load_all
from trayapp.paths import home

EXPECTED = Path(__file__).with_name("night.txt")
SPEED = 2.5


async def test_the_night_reads_as_expected(request: pytest.FixtureRequest) -> None:
    transitions: list[Transition] = []
    announcements: list[Announcement] = []
    clock = night_clock(SPEED)
    tool = SimulatedTool(clock)

    async def announce(one: Announcement, snapshot: Snapshot) -> None:
        announcements.append(one)

    async with (
        simulated_night(load_all(home()), home(), clock, tool) as loaded,
        Engine(
            home(),
            clock,
            loaded,
            announce=announce,
            on_transition=transitions.append,
            watch_machine=False,
            demo=tool.scene,
        ) as engine,
    ):
        engine.start_watching()
        while clock.now() < DAWN:
            red = any(one.light == "red" for one in engine.judgement.services)
            if red and engine.routes.route("openai").to is To.CLOUD and engine.incidents[0].title:
                await engine.switch.to_local()
            await clock.sleep(30.0)
        await engine.switch.to_cloud()
        await engine.settle()
    # Whoever wants to go home has the whole of the last stage for it.
    (over,) = (one for one in announcements if isinstance(one, Banner) and one.stage is BannerStage.OVER)
    assert over.at <= NIGHT[-1].begins
    found = render(transitions, announcements, clock.wall)
    if request.config.getoption("--night") == "write":
        EXPECTED.write_text(found)
    assert found == EXPECTED.read_text()
