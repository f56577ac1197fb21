"""What one evaluation costs: a try comes in, and everything that follows from it is worked out.

    python -m tests.bench.judge [--minutes 12]

Providers with three components and one probe each (and one provider with all components behind one probe) are asked
as the watcher asks them, each once a minute or more often in trouble, with two controls beside a failing try. After
every try the state advances, as in the engine. `calm`: everything answers; `down`: everybody answers 503 while the
controls answer; `half`: every second provider does; `cut off`: nothing answers at all, controls included.

Printed are the median and the mean of one evaluation over the last simulated minutes, in milliseconds of this thread's
processor time, what that is per component (it grows linearly where this stays), the ratio to a yardstick taken in
the same run (making one plain verdict for every component), and how many functions one evaluation calls, which is the
same on every machine and however busy it is: two states of the code are told apart by it. Budgets: 0.5 ms for 21
providers of 3 components, 5 ms for 500 components.
"""

import argparse
import heapq
import statistics
import sys
import time
from collections.abc import Iterator
from types import FrameType
from typing import NamedTuple

from trayapp.core.catalogue import Catalogue, Component, Page, Part, Probe, ProbeKind, Provider, Service
from trayapp.core.evidence.observation import Control, Depth, Observation, Outcome, Source, Try
from trayapp.core.evidence.pace import next_delay
from trayapp.core.evidence.page_report import PageComponent, PageHealth, PageLight, PageReport
from trayapp.core.evidence.reach import Reach
from trayapp.core.light.severity import Finding, Light
from trayapp.core.light.verdicts import ComponentVerdict
from trayapp.engine.state import State

START = 1_770_156_000.0
CONTROLS = ("plain.example", "secure.example")
MEASURED_S = 180.0
"""Of the simulated time, what is measured: the rest is the way there."""
COUNTED_S = 60.0
"""The last of it, in which calls are counted: that takes too long to be timed as well."""


class Size(NamedTuple):
    providers: int
    components: int

    @property
    def total(self) -> int:
        return self.providers * self.components


SIZES = (Size(21, 3), Size(42, 3), Size(83, 3), Size(167, 3), Size(500, 1), Size(1, 500), Size(500, 3))
WEATHERS = ("calm", "down", "half", "cut off")


def catalogue(size: Size) -> Catalogue:
    """Providers with a page and one probe that speaks for all their components."""
    return Catalogue({f"p{number}": _provider(f"p{number}", size.components) for number in range(size.providers)})


def _provider(name: str, components: int) -> Provider:
    ids = tuple(f"c{number}" for number in range(components))
    made = tuple(Component(one, one.title(), number == 0, (f"id-{one}",)) for number, one in enumerate(ids))
    probe = Probe(ProbeKind.API, ids, f"https://{name}.example/v1/models")
    service = Service(f"{name}-api", name.title(), components=made, probes=(probe,))
    return Provider(name, name.title(), (service,), Page("statuspage", f"https://status.{name}.example"))


class Run:
    """One weather over one catalogue."""

    def __init__(self, size: Size, weather: str) -> None:
        self._size = size
        self._weather = weather
        made = catalogue(size)
        self._state = State(made, tuple(service.id for _, service in made.services()), START)
        self._state.advance(START)
        self.took_s: list[float] = []
        self.calls: list[int] = []

    def run(self, minutes: float) -> None:
        end = START + 60.0 * minutes
        turns = [(START + 60.0 * number / self._size.providers, number) for number in range(self._size.providers)]
        heapq.heapify(turns)
        pages_at = START
        while turns[0][0] < end:
            now, number = heapq.heappop(turns)
            if now >= pages_at:
                self._read_pages(now)
                pages_at = now + 120.0
            counted = now > end - COUNTED_S
            pace = self._ask(number, now, measured=not counted and now > end - COUNTED_S - MEASURED_S, counted=counted)
            heapq.heappush(turns, (now + pace, number))

    def _read_pages(self, now: float) -> None:
        for number in range(self._size.providers):
            parts = tuple(
                PageComponent(f"id-c{component}", f"C{component}", PageLight.OPERATIONAL)
                for component in range(self._size.components)
            )
            report = PageReport(now, f"p{number}", PageHealth.OK, f"https://status.p{number}.example", parts)
            if self._weather != "cut off":
                self._state.observe(report)

    def _ask(self, number: int, now: float, *, measured: bool, counted: bool) -> float:
        """One try, timed; seconds until the host may be asked again."""
        name = f"p{number}"
        fails = self._weather in ("down", "cut off") or (self._weather == "half" and number % 2 == 0)
        beside = fails and self._state.wants_control(f"{name}.example")
        observations: list[Observation] = list(self._controls(now)) if beside else []
        observations.append(self._try(name, now, fails, beside))
        called = 0

        def note(frame: FrameType, event: str, arg: object) -> None:
            nonlocal called
            called += event in ("call", "c_call")

        begun = time.thread_time()
        sys.setprofile(note if counted else None)
        for observation in observations:
            self._state.observe(observation)
        self._state.advance(now)
        sys.setprofile(None)
        if measured:
            self.took_s.append(time.thread_time() - begun)
        if counted:
            self.calls.append(called)
        return next_delay(self._state.pace(f"{name}.example"), 2, 0.5)

    def _controls(self, now: float) -> Iterator[Control]:
        good = self._weather != "cut off"
        for host in CONTROLS:
            plain = host.startswith("plain")
            yield Control(now, now - 0.2, host, Reach.PUBLIC, good, "http_204" if good else "timeout", plain=plain)

    def _try(self, name: str, now: float, fails: bool, beside: bool) -> Try:
        return Try(
            now,
            now - 0.2,
            Source.PROBE,
            name,
            f"{name}.example",
            tuple(Part(f"{name}-api", f"c{component}") for component in range(self._size.components)),
            Depth.API,
            Outcome.FAIL if fails else Outcome.GOOD,
            "http_503" if fails else "http_200",
            control=(self._weather != "cut off") if beside else None,
            latency_s=0.2,
            proven=self._weather != "cut off",
            status=None if self._weather == "cut off" else 503 if fails else 200,
        )


def yardstick_s(components: int) -> float:
    """Making one plain verdict for every component."""
    times = []
    for _ in range(21):
        begun = time.thread_time()
        made = [
            ComponentVerdict(f"c{number}", "Name", True, Light.GREEN, Finding.OK, START, True)
            for number in range(components)
        ]
        times.append(time.thread_time() - begun)
        assert len(made) == components
    return statistics.median(times)


def measure(size: Size, weather: str, minutes: float) -> tuple[float, float, float]:
    """Median and mean seconds of one evaluation, and the functions that it calls."""
    run = Run(size, weather)
    run.run(minutes)
    return statistics.median(run.took_s), statistics.fmean(run.took_s), statistics.fmean(run.calls)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--minutes", type=float, default=12.0, help="simulated minutes of each run")
    args = parser.parse_args()
    columns = f"{'median':>10}{'mean':>10}{'a component':>14}{'yardstick':>11}{'calls':>9}"
    print(f"{'providers x components':<24}{'weather':<10}{columns}")
    for size in SIZES:
        plain_s = yardstick_s(size.total)
        for weather in WEATHERS:
            median_s, mean_s, calls = measure(size, weather, args.minutes)
            print(
                f"{size.providers:>4} x {size.components:<3} = {size.total:<10}{weather:<10}"
                f"{1e3 * median_s:>7.2f} ms{1e3 * mean_s:>7.2f} ms{1e6 * mean_s / size.total:>11.2f} us"
                f"{mean_s / plain_s:>9.1f} x{calls:>9.0f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
