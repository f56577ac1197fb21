"""Start, memory and idle of the tray beside a bare PySide6 tray program, in one run on one machine.

    python -m tests.bench.tray [--minutes 5] [--runs 1] [--starts 7] [--python PATH]

Each program runs under the same Xvfb and the same StatusNotifierWatcher. Start: from spawning the process to its
registration with the watcher, alternating, medians. Memory: PSS after so many minutes, the median of so many runs.
Idle: CPU time and voluntary context switches of all threads in the last two of the minutes. The providers are four
servers on loopback, all well; then twenty-five.

`--python`: the interpreter of an environment that nothing else uses meanwhile. PSS halves a page that another process
has mapped as well, so any other program on the same PySide6 takes megabytes off these figures.
"""

import argparse
import asyncio
import contextlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

from tests.support.dbus_services import TrayWatcher
from tests.support.scene import Acme, write_files
from tests.support.screen import own_screen
from tests.support.sessionbus import private_bus
from tests.support.until import until
from trayapp.demo.target import SimulatedTarget
from trayapp.paths import home
from trayapp.secrets.tokens import Tokens

IDLE_WINDOW_S = 120.0
START_DEADLINE_S = 60.0
FOUR = ("acme", "bolt", "core", "dusk")
# As many as the catalogue has.
ALL = 25
TICKS_PER_S = os.sysconf("SC_CLK_TCK")

BARE = """
import sys
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon
app = QApplication(sys.argv)
pixmap = QPixmap(64, 64)
pixmap.fill("green")
menu = QMenu()
menu.addAction("Quit").triggered.connect(app.quit)
icon = QSystemTrayIcon(QIcon(pixmap))
icon.setContextMenu(menu)
icon.show()
app.exec()
"""


class Usage(NamedTuple):
    pss_mb: float
    cpu_percent: float
    wakeups_per_s: float


def pss_mb(pid: int) -> float:
    """Of the process and its children: whatever the program starts, it is its memory."""
    total_kb = 0
    for one in _family(pid):
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total_kb += int(line.split()[1])
    return total_kb / 1024


def _family(pid: int) -> list[int]:
    out = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        children = (task / "children").read_text().split()
        for child in children:
            out += _family(int(child))
    return out


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def _switches(pid: int) -> int:
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        for line in (task / "status").read_text().splitlines():
            if line.startswith("voluntary_ctxt_switches"):
                total += int(line.split()[1])
    return total


class Budget(NamedTuple):
    """What one row may take: MB above the bare program, per cent of a core, wake-ups a second."""

    above_mb: int
    cpu_percent: float
    wakeups_per_s: float


WATCH_ALL = Budget(35, 0.5, 2.0)


class Rig:
    """A display, a bus and a watcher that programs register with."""

    def __init__(self, watcher: TrayWatcher, environment: dict[str, str], python: str) -> None:
        self.watcher = watcher
        self.python = python
        self.environment = environment

    @contextlib.asynccontextmanager
    async def running(self, *arguments: str) -> AsyncIterator[tuple[int, float]]:
        """A program in the tray: its pid, and the seconds until it was registered."""
        before = self.watcher.registrations
        begin = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            self.python, *arguments, env=self.environment, stderr=asyncio.subprocess.DEVNULL
        )
        try:
            await until(lambda: self.watcher.registrations > before, "the icon", START_DEADLINE_S)
            yield process.pid, time.perf_counter() - begin
        finally:
            process.terminate()
            await process.wait()

    async def start_s(self, *arguments: str) -> float:
        async with self.running(*arguments) as (_, seconds):
            return seconds

    async def usage(self, minutes: float, *arguments: str) -> Usage:
        """Run for so many minutes and read what it took."""
        window_s = min(IDLE_WINDOW_S, minutes * 60 / 2)
        async with self.running(*arguments) as (pid, _):
            await asyncio.sleep(minutes * 60 - window_s)
            cpu_s, switches, begin = _cpu_s(pid), _switches(pid), time.perf_counter()
            await asyncio.sleep(window_s)
            passed_s = time.perf_counter() - begin
            return Usage(
                pss_mb(pid),
                100 * (_cpu_s(pid) - cpu_s) / passed_s,
                (_switches(pid) - switches) / passed_s,
            )


async def measure(minutes: float, runs: int, starts: int, python: str) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        private_bus(Path(folder)) as bus,
        own_screen(Path(folder) / "xvfb.log") as screen,
    ):
        base = Path(folder) / "home"
        os.environ["LLM_AMPEL_HOME"] = str(base)
        environment = {
            # A user's second start reads compiled modules, and so does this one.
            **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
            "DISPLAY": screen.display,
            "QT_QPA_PLATFORM": "xcb",
            "DBUS_SESSION_BUS_ADDRESS": bus.address,
        }
        async with AsyncExitStack() as stack:
            watcher = await stack.enter_async_context(TrayWatcher(bus.address))
            providers = tuple(Acme(name, edge=True) for name in FOUR)
            rest = tuple(Acme(f"more-{number}") for number in range(ALL - len(FOUR)))
            for one in (*providers, *rest):
                await one.open(stack)
            write_files(home(), providers)
            rig = Rig(watcher, environment, python)
            product = ("-m", "trayapp.cli")
            bare = ("-c", BARE)
            # Once each to warm the disk's cache; the order alternates so that a busy moment hits both.
            times: dict[tuple[str, ...], list[float]] = {product: [], bare: []}
            for number in range(starts + 1):
                for program in (product, bare):
                    seconds = await rig.start_s(*program)
                    if number:
                        times[program].append(seconds)
            ours_s, bare_s = (statistics.median(times[program]) for program in (product, bare))
            print(f"start to registered icon: {ours_s:.2f} s, bare {bare_s:.2f} s, ratio {ours_s / bare_s:.2f} (1.3)")

            # One after the other: two that share Qt's pages would each seem to take half of them.
            both = [(await rig.usage(minutes, *bare), await rig.usage(minutes, *product)) for _ in range(runs)]
            yardstick, watching = map(_median, zip(*both, strict=True))
            _say("watching only", watching, yardstick, Budget(30, 0.1, 0.7))
            write_files(home(), (*providers, *rest))
            _say(
                "watching all", _median([await rig.usage(minutes, *product) for _ in range(runs)]), yardstick, WATCH_ALL
            )
            for one in rest:
                (home().services_dir / f"{one.name}.toml").unlink()
            target = SimulatedTarget()
            await target.start()
            write_files(
                home(),
                providers,
                f'[local]\nserver = "openai-compatible"\nurl = "{target.url}"\nmodel = "{target.model}"\n',
            )
            Tokens(home()).add("bench")
            everything = _median([await rig.usage(minutes, *product) for _ in range(runs)])
            _say("everything on", everything, yardstick, Budget(45, 0.1, 0.7))
            await target.close()


def _median(usages: Iterable[Usage]) -> Usage:
    return Usage(*map(statistics.median, zip(*usages, strict=True)))


def _say(what: str, usage: Usage, bare: Usage, budget: Budget) -> None:
    print(
        f"{what}: {usage.pss_mb:.0f} MB PSS, bare {bare.pss_mb:.0f} MB, {usage.pss_mb - bare.pss_mb:.0f} MB above"
        f" ({budget.above_mb}); idle {usage.cpu_percent:.2f} % of a core ({budget.cpu_percent}; bare"
        f" {bare.cpu_percent:.2f}), {usage.wakeups_per_s:.1f} wake-ups a second ({budget.wakeups_per_s}; bare"
        f" {bare.wakeups_per_s:.1f})",
        flush=True,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--starts", type=int, default=7)
    parser.add_argument("--python", default=sys.executable)
    options = parser.parse_args()
    asyncio.run(measure(options.minutes, options.runs, options.starts, options.python))
