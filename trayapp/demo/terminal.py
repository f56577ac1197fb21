"""The night in a terminal: transitions and banners as they come, for machines without a tray."""

import asyncio
import contextlib

from trayapp.core.light.verdicts import Transition
from trayapp.core.notify.banner import Announcement, Banner
from trayapp.core.snapshot import Snapshot
from trayapp.demo.clock import StagedClock
from trayapp.demo.ending import Ending
from trayapp.demo.night import DAWN
from trayapp.demo.tool import SimulatedTool
from trayapp.demo.world import simulated_night
from trayapp.engine.engine import Engine
from trayapp.engine.loading import Loaded
from trayapp.paths import Home
from trayapp.tasks import Tasks
from trayapp.text import banners, panel, sentences, terminal

LOOK_EVERY_S = 0.2
"""Real seconds: as often as a person's eye would."""


async def run_in_terminal(users: Loaded, users_home: Home, demo_home: Home, clock: StagedClock, ending: Ending) -> int:
    """Live the whole night, printing what a person would see and making the two clicks for them; ends by itself."""

    tool = SimulatedTool(clock)

    def say(line: str) -> None:
        print(f"{clock.wall(clock.now()).astimezone():%H:%M}  {line}", flush=True)  # noqa: T201 - this is the output

    def transition(change: Transition) -> None:
        say(f"{change.service}: {change.light} ({change.finding})")

    async def announce(announcement: Announcement, snapshot: Snapshot) -> None:
        if isinstance(announcement, Banner):
            words = banners.words(announcement, wall=clock.wall)
            say(f"  [{words.title}] {words.body}")

    async def live(engine: Engine) -> None:
        """The tool's fate as it turns, and the switch there and back."""
        told = None
        while True:
            s = engine.snapshot()
            if (scene := tool.scene()).answered is not told:
                told = scene.answered
                say(panel.tool_line(s))
            if s.offer.down and any(incident.title for incident in s.incidents):
                say(terminal.demo_clicks(sentences.switch_label(s)))
                await engine.switch.to_local()
            elif s.offer.back:
                say(terminal.demo_clicks(sentences.home_label(s)))
                await engine.switch.to_cloud()
            await asyncio.sleep(LOOK_EVERY_S)

    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    ending.then(lambda: loop.call_soon_threadsafe(ended.set))
    try:
        async with (
            simulated_night(users, users_home, clock, tool, say) as loaded,
            Engine(
                demo_home,
                clock,
                loaded,
                announce=announce,
                on_transition=transition,
                watch_machine=False,
                demo=tool.scene,
            ) as engine,
            Tasks("demo") as tasks,
        ):
            engine.start_watching()
            tasks.spawn(live(engine), "clicks")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), clock.real_between(clock.now(), DAWN))
            await engine.settle()
    finally:
        ending.then(None)
    return 0
