"""How other monitors judge, as their own code and defaults have it: the rules that stand beside ours in the bench.

A rule is asked after each look what light it shows and when it looks again. Yellow is what a monitor shows before it
alerts, red is its alert. Where the monitor has pages to read, too (AIWatch), only its own requests stand here.
"""

from collections import deque
from collections.abc import Callable
from statistics import median
from typing import NamedTuple, Protocol

from trayapp.core.light.severity import Light


class Look(NamedTuple):
    """One request's end: whether the answer was good, the seconds that it took, and whether there was any answer."""

    good: bool
    took_s: float
    answered: bool


class Said(NamedTuple):
    """The light from now on, and the seconds until the next look."""

    light: Light
    next_s: float


class Rule(Protocol):
    """One monitor's watch over one provider. `connect_s`, `patience_s`: it waits so long for a connection and for an
    answer. `gate_s`: where it first asks its own connectivity check, how long that may take."""

    @property
    def connect_s(self) -> float: ...

    @property
    def patience_s(self) -> float: ...

    @property
    def gate_s(self) -> float | None: ...

    def looked(self, look: Look) -> Said: ...


class Nagios:
    """Nagios 4: an object's defaults (5 min, retries each minute, the third makes it hard) and check_http's 10 s.
    base/checks.c, include/defaults.h."""

    connect_s = patience_s = 10.0
    gate_s = None

    def __init__(self) -> None:
        self._run = 0

    def looked(self, look: Look) -> Said:
        self._run = 0 if look.good else self._run + 1
        if self._run >= 3:
            return Said(Light.RED, 300.0)
        return Said(Light.YELLOW, 60.0) if self._run else Said(Light.GREEN, 300.0)


class UptimeKuma:
    """Uptime Kuma 2: every minute, 48 s, `retries` before it is down (0 by default), up again at once.
    server/model/monitor.js."""

    connect_s = patience_s = 48.0
    gate_s = None

    def __init__(self, retries: int) -> None:
        self._retries = retries
        self._run = 0

    def looked(self, look: Look) -> Said:
        self._run = 0 if look.good else self._run + 1
        light = Light.GREEN if look.good else Light.RED if self._run > self._retries else Light.YELLOW
        return Said(light, 60.0)


class Gatus:
    """Gatus 5: every minute, 10 s, three failures alert, two successes end it. watchdog/alerting.go. `connectivity`:
    with its check of a connection to port 53, without which it looks at nothing (off by default)."""

    connect_s = patience_s = 10.0

    def __init__(self, connectivity: bool) -> None:
        self.gate_s = 5.0 if connectivity else None
        self._failures = self._successes = 0
        self._alert = False

    def looked(self, look: Look) -> Said:
        self._failures = 0 if look.good else self._failures + 1
        self._successes = self._successes + 1 if look.good else 0
        if self._failures >= 3:
            self._alert = True
        elif self._successes >= 2:
            self._alert = False
        light = Light.RED if self._alert else Light.YELLOW if self._failures else Light.GREEN
        return Said(light, 60.0)


class Vigil:
    """Vigil 1: every two minutes, dead after 10 s, two more tries half a second apart, sick from 5 s. config.cfg."""

    connect_s = patience_s = 10.0
    gate_s = None

    def __init__(self) -> None:
        self._run = 0
        self._shown = Light.GREEN

    def looked(self, look: Look) -> Said:
        if not look.good and self._run < 2:
            self._run += 1
            return Said(self._shown, 0.5)
        self._run = 0
        self._shown = Light.RED if not look.good else Light.YELLOW if look.took_s > 5.0 else Light.GREEN
        return Said(self._shown, 120.0)


class Upptime:
    """Upptime: every five minutes, 10 s to connect and 30 s in all, twice more after 2 s and 10 s; any good one wins.
    src/update.ts, src/helpers/request.ts."""

    connect_s = 10.0
    patience_s = 30.0
    gate_s = None
    RETRIES_S = (2.0, 10.0)

    def __init__(self) -> None:
        self._run = 0
        self._shown = Light.GREEN

    def looked(self, look: Look) -> Said:
        if not look.good and self._run < len(self.RETRIES_S):
            self._run += 1
            return Said(self._shown, self.RETRIES_S[self._run - 1])
        self._run = 0
        self._shown = Light.GREEN if look.good else Light.RED
        return Said(self._shown, 300.0)


class AiWatch:
    """AIWatch's own probes: every five minutes, three in a row without an answer or over three times their median are
    "degraded"; an answer counts whatever its status, and red comes from pages alone. worker/src/probe.ts."""

    connect_s = patience_s = 8.0
    gate_s = None

    def __init__(self) -> None:
        self._took: deque[float] = deque(maxlen=288)
        self._run = 0

    def looked(self, look: Look) -> Said:
        usual = median(self._took) if self._took else look.took_s
        spike = not look.answered or look.took_s > 3 * usual
        if look.answered:
            self._took.append(look.took_s)
        self._run = self._run + 1 if spike else 0
        return Said(Light.YELLOW if self._run >= 3 else Light.GREEN, 300.0)


RIVALS: dict[str, Callable[[], Rule]] = {
    "Nagios": Nagios,
    "Uptime Kuma": lambda: UptimeKuma(0),
    "Uptime Kuma, 2 retries": lambda: UptimeKuma(2),
    "Gatus": lambda: Gatus(connectivity=False),
    "Gatus, connectivity": lambda: Gatus(connectivity=True),
    "Vigil": Vigil,
    "Upptime": Upptime,
    "AIWatch's probes": AiWatch,
}
