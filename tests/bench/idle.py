"""What an idle program writes to the disk: the real engine on loopback providers, calm, with a clock that runs fast.

    python -m tests.bench.idle [--hours 24] [--trouble-hours 2] [--services 4 63] [--rate 720]

Every provider has a page and an API. After half a simulated hour to settle, so many simulated hours are measured, and
then so many of each kind of trouble in `tests.bench.troubles`. Printed are the bytes that all writes of this process
handed to the kernel (`wchar` of /proc/self/io; sockets are not in it) and those of the pages that they dirtied
(`write_bytes`; a page that is dirtied again before it reached the disk counts once, and here hours pass in seconds),
both as of a day, the first as a ratio to the budget, and how large the pieces in the store are at the end.
"""

import argparse
import asyncio
import json
import os
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Set
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import NamedTuple

from tests.bench.judge import Size
from tests.bench.troubles import CONTROLS, TROUBLES, far_away, internet
from tests.support.fakeclock import PatientClock
from tests.support.scene import EPOCH, Scene
from trayapp import logs
from trayapp.core.light.severity import Light
from trayapp.paths import home

HOUR_S = 3600.0
SETTLING_S = HOUR_S / 2
BUDGET_MB, TROUBLED_MB = 5.0, 20.0
"""Written in an idle day, and in one that is all trouble."""
CALM = frozenset({Light.GREEN})
SIZES = (Size(4, 1), Size(21, 3))
RATE = 720.0
"""Steady seconds per real second: an hour in five, and a round trip on loopback is still far less than the minute
between two requests. More providers than four take it more slowly, for the same reason."""
SETTINGS = f"[network]\ncontrols = {json.dumps(CONTROLS)}\n"
CLEARING_S = 180.0
"""Real seconds for trouble to be over, which takes up to an hour of the clock's."""
HICCUP_S = 10.0
"""Real seconds for the light to be right again: a second in which a busy machine stood still was ten minutes here."""


class Written(NamedTuple):
    """Bytes: handed to the kernel by writes, and in the pages dirtied by them."""

    by_calls: int
    in_pages: int


def written() -> Written:
    """What this process has written since it began."""
    counts = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return Written(int(counts["wchar"]), int(counts["write_bytes"]))


@asynccontextmanager
async def watching(size: Size, rate: float) -> AsyncIterator[Scene]:
    """The engine, with its log file, watching so many providers in calm. Needs a home of its own."""
    parts = tuple(f"part-{number}" for number in range(size.components))
    acmes = [far_away(f"acme{number}", parts) for number in range(size.providers)]
    log = logs.setup(home())
    try:
        with internet(*acmes):
            async with Scene(*acmes, settings=SETTINGS, clock=PatientClock(EPOCH, rate)) as scene:
                await lit(scene, CALM)
                yield scene
    finally:
        log.close()


async def lit(scene: Scene, lights: Set[Light], deadline_s: float = 30.0) -> None:
    """Wait until the whole is one of these lights."""
    await scene.until(lambda s: s.judgement.light in lights, f"one of {[*lights]}", deadline_s)


async def spend(scene: Scene, seconds: float, lights: Set[Light]) -> Written:
    """What is written in so many steady seconds, at the end of which it is still one of these lights."""
    before = written()
    await scene.clock.sleep(seconds)
    after = written()
    await lit(scene, lights, HICCUP_S)
    return Written(after.by_calls - before.by_calls, after.in_pages - before.in_pages)


def pieces() -> dict[str, int]:
    """How large the pieces in the store are, in bytes."""
    with closing(sqlite3.connect(home().store_file)) as database:
        return dict(database.execute("SELECT name, length(value) FROM piece ORDER BY 2 DESC"))


def tell(what: str, one: Written, hours: float, budget_mb: float) -> None:
    by_calls, in_pages = (count / 1e6 * 24 / hours for count in one)
    ratio = f"ratio {by_calls / budget_mb:.2f} ({budget_mb:g})"
    print(f"  {what}: {by_calls:.2f} MB a day, {ratio}; {in_pages:.2f} in pages", flush=True)


async def measure(size: Size, hours: float, trouble_hours: float, rate: float) -> None:
    async with watching(size, rate) as scene:
        print(f"{size.providers} providers of {size.components} components:")
        await scene.clock.sleep(SETTLING_S)
        tell("calm", await spend(scene, hours * HOUR_S, CALM), hours, BUDGET_MB)
        for what, trouble in TROUBLES.items():
            with trouble.lasts(scene):
                await lit(scene, trouble.lights)
                tell(what, await spend(scene, trouble_hours * HOUR_S, trouble.lights), trouble_hours, TROUBLED_MB)
            await lit(scene, CALM, CLEARING_S)
    print("  pieces:", ", ".join(f"{name} {count / 1000:.1f} kB" for name, count in pieces().items()))


def main(hours: float, trouble_hours: float, services: list[int], rate: float) -> None:
    for size in SIZES:
        if size.total in services:
            with tempfile.TemporaryDirectory() as folder:
                os.environ["LLM_AMPEL_HOME"] = folder
                asyncio.run(measure(size, hours, trouble_hours, rate * min(1.0, 4 / size.providers)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--trouble-hours", type=float, default=2.0)
    parser.add_argument("--services", type=int, nargs="+", default=[size.total for size in SIZES])
    parser.add_argument("--rate", type=float, default=RATE)
    options = parser.parse_args()
    main(options.hours, options.trouble_hours, options.services, options.rate)
