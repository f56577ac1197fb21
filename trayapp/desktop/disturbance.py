"""Sleep and network changes of this machine: what makes earlier observations worthless.

Resume comes from logind, and where there is none, from the clocks: one counts suspended time, the other does not.
Network changes come from the kernel. Nothing here wakes up while nothing happens, except for the look at the clocks.
"""

import asyncio
import logging
import socket
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from trayapp.clock import Clock
from trayapp.core.evidence.observation import Disturbance, DisturbanceKind, OnNetwork
from trayapp.desktop.uplink import Uplink, drain, network_name, route_events, uplink
from trayapp.tasks import Rounds

if TYPE_CHECKING:
    from trayapp.desktop.bus import Message

log = logging.getLogger(__name__)

LOGIN_SERVICE = "org.freedesktop.login1"
LOGIN_PATH = "/org/freedesktop/login1"
LOGIN_INTERFACE = "org.freedesktop.login1.Manager"

# A tenth of a wake-up a second; without logind, a resume is known within this time.
CHECK_EVERY_S = 10.0

# Far above what the two clocks drift apart between two looks, far below any sleep that breaks a connection.
SUSPENDED_AT_LEAST_S = 1.0


def suspended_s() -> float:
    """Seconds that this machine has spent suspended since some fixed moment.

    Without a clock that counts suspended time, wall time stands in; setting it by hand then counts as sleep.
    """
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return (time.time() if boot is None else time.clock_gettime(boot)) - time.monotonic()


async def watch(
    clock: Clock,
    emit: Callable[[Disturbance | OnNetwork], None],
    *,
    suspended_s: Callable[[], float] = suspended_s,
    look: Callable[[], Uplink] = uplink,
    check_every_s: float = CHECK_EVERY_S,
) -> None:
    """Emit a `Disturbance` after every resume and every change of the network, and which network it is.

    Runs until cancelled.
    """
    watcher = _Watcher(clock, emit, suspended_s, look)
    async with asyncio.TaskGroup() as group:
        group.create_task(watcher.listen(), name="disturbance/logind")
        group.create_task(watcher.check(check_every_s), name="disturbance/check")


class _Watcher:
    def __init__(
        self,
        clock: Clock,
        emit: Callable[[Disturbance | OnNetwork], None],
        suspended_s: Callable[[], float],
        look: Callable[[], Uplink],
    ) -> None:
        self._clock = clock
        self._emit = emit
        self._suspended_s = suspended_s
        self._look = look
        self._slept_s = suspended_s()
        self._uplink: Uplink | None = None
        self._network: str | None = None
        self._events: socket.socket | None = None
        self._looks = Rounds("looking at the network and the clocks")

    async def listen(self) -> None:
        """Hear logind; whatever goes wrong with it, the clocks tell of sleep as well."""
        with Rounds("listening to logind").round():
            await self.hear_logind()

    async def hear_logind(self) -> None:
        """Listen to logind for as long as the system bus lives."""
        if not sys.platform.startswith("linux"):
            return
        # jeepney is there on Linux only.
        from trayapp.desktop.bus import Bus, BusError, system_address

        try:
            bus = await Bus.connect(system_address(), self._on_signal)
        except BusError as failure:
            log.info("no system bus, so sleep is seen by the clocks alone: %s", failure)
            return
        try:
            await bus.listen(
                f"type='signal',sender='{LOGIN_SERVICE}',path='{LOGIN_PATH}',"
                f"interface='{LOGIN_INTERFACE}',member='PrepareForSleep'"
            )
            await bus.wait_closed()
            log.info("the system bus is gone, so sleep is seen by the clocks alone")
        except BusError as failure:
            log.info("logind cannot be heard, so sleep is seen by the clocks alone: %s", failure)
        finally:
            await bus.close()

    async def check(self, every_s: float) -> None:
        """Look at the clocks from time to time, and at the network when the kernel says so."""
        # Opened before the first look, so that no change falls between the two.
        self._events = route_events()
        with self._looks.round():
            self._uplink = self._look()
        self._name_network()
        loop = asyncio.get_running_loop()
        if self._events is not None:
            loop.add_reader(self._events, self._on_route_event, self._events)
        try:
            while True:
                await asyncio.sleep(every_s)
                with self._looks.round():
                    self._look_at_clocks()
                    if self._events is None:
                        self._look_at_network()
        finally:
            self._hear_no_more()

    def _on_signal(self, message: "Message") -> None:
        if message.member == "PrepareForSleep" and message.body == [False]:
            self._resumed()

    def _look_at_clocks(self) -> None:
        if self._suspended_s() - self._slept_s > SUSPENDED_AT_LEAST_S:
            self._resumed()

    def _resumed(self) -> None:
        self._slept_s = self._suspended_s()
        self._report(DisturbanceKind.RESUME)

    def _on_route_event(self, events: socket.socket) -> None:
        with self._looks.round():
            try:
                drain(events)
            except OSError as failure:
                # It would be readable for ever.
                log.info("the kernel tells no more of changes, so they are looked for: %s", failure)
                self._hear_no_more()
            self._look_at_network()

    def _hear_no_more(self) -> None:
        events, self._events = self._events, None
        if events is not None:
            asyncio.get_running_loop().remove_reader(events)
            events.close()

    def _look_at_network(self) -> None:
        now = self._look()
        if now != self._uplink:
            self._uplink = now
            self._report(DisturbanceKind.NETWORK_CHANGE)
            self._name_network()

    def _name_network(self) -> None:
        name = network_name(self._uplink) if self._uplink is not None else ""
        if name != self._network:
            self._network = name
            self._emit(OnNetwork(self._clock.now(), name))

    def _report(self, kind: DisturbanceKind) -> None:
        log.info("disturbance: %s", kind)
        self._emit(Disturbance(self._clock.now(), kind))
