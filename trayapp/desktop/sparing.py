"""Whether the connection is metered and power is to be saved, as the desktop has it, live. Asks nobody to start.

NetworkManager says whether the connection costs by the byte; power-profiles-daemon (under either of its names) and, in
a sandbox, the portals say whether power is to be saved; UPower says whether there is a cable. Where none of them is,
nothing is known. Everything comes as signals: nothing here wakes up by itself.
"""

import asyncio
import logging
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from trayapp.core.evidence.sparing import Sparing
from trayapp.tasks import Rounds, Tasks

if TYPE_CHECKING:
    from trayapp.desktop.bus import Bus, Message

log = logging.getLogger(__name__)

_DAEMON, _DAEMON_PATH = "org.freedesktop.DBus", "/org/freedesktop/DBus"
_PROPERTIES = "org.freedesktop.DBus.Properties"
_PORTAL, _PORTAL_PATH = "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop"
_POWER_SAVER = "power-saver"
# NMMetered: yes, and guessed so from the kind of network (a phone's); no, and guessed so. 0 is not known.
_METERED = {1: True, 2: False, 3: True, 4: False}


class Source(NamedTuple):
    """A property somewhere on the bus: `tells` which of `Sparing`'s fields, by `reading` it."""

    name: str
    path: str
    interface: str
    property: str
    tells: str
    reading: Callable[[Any], bool | None]


def _is_saver(profile: Any) -> bool:
    return bool(profile == _POWER_SAVER)


SYSTEM = (
    Source(
        "org.freedesktop.NetworkManager", "/org/freedesktop/NetworkManager", "org.freedesktop.NetworkManager",
        "Metered", "metered", _METERED.get,
    ),
    Source(
        "org.freedesktop.UPower.PowerProfiles", "/org/freedesktop/UPower/PowerProfiles",
        "org.freedesktop.UPower.PowerProfiles", "ActiveProfile", "power_saver", _is_saver,
    ),
    Source(
        "net.hadess.PowerProfiles", "/net/hadess/PowerProfiles", "net.hadess.PowerProfiles",
        "ActiveProfile", "power_saver", _is_saver,
    ),
    Source(
        "org.freedesktop.UPower", "/org/freedesktop/UPower", "org.freedesktop.UPower",
        "OnBattery", "on_battery", bool,
    ),
)  # fmt: skip
SESSION = (
    # That power is not saved, a portal says also where nobody knows: only yes is news.
    Source(
        _PORTAL, _PORTAL_PATH, "org.freedesktop.portal.PowerProfileMonitor",
        "power-saver-enabled", "power_saver", lambda on: True if on is True else None,
    ),
)  # fmt: skip


async def watch(emit: Callable[[Sparing], None]) -> None:
    """Emit what the desktop says now, and whenever that changes. Runs until cancelled, or until nobody can tell."""
    if not sys.platform.startswith("linux"):
        return
    # jeepney is there on Linux only.
    from trayapp.desktop.bus import session_address, system_address

    told: dict[Source, bool | None] = {}
    latest = Sparing()

    def tell(source: Source, value: bool | None) -> None:
        nonlocal latest
        told[source] = value
        now = together(told)
        if now != latest:
            latest = now
            emit(now)

    async with asyncio.TaskGroup() as group:
        for address, sources in ((system_address(), SYSTEM), (session_address(), SESSION)):
            group.create_task(_hear(address, sources, tell), name=f"sparing/{sources[0].name}")


def together(told: dict[Source, bool | None]) -> Sparing:
    """What several sources say: of two that speak of the same, yes counts."""
    fields: dict[str, bool | None] = {}
    for source, value in told.items():
        if value is not None:
            fields[source.tells] = fields.get(source.tells) or value
    return Sparing(fields.get("metered"), fields.get("power_saver"), fields.get("on_battery"))


async def _hear(address: str | None, sources: tuple[Source, ...], tell: Callable[[Source, bool | None], None]) -> None:
    from trayapp.desktop.bus import Bus, BusError

    heard: asyncio.Queue[Message] = asyncio.Queue()
    with Rounds("listening for metered connections and battery savers").round():
        try:
            bus = await Bus.connect(address, heard.put_nowait)
        except BusError as failure:
            log.info("nobody tells of metered connections or battery savers: %s", failure)
            return
        try:
            await _Listener(bus, sources, tell).listen(heard)
        except BusError as failure:
            log.info("nobody tells of metered connections or battery savers any more: %s", failure)
        finally:
            for source in sources:
                tell(source, None)
            await bus.close()


class _Listener:
    def __init__(self, bus: "Bus", sources: tuple[Source, ...], tell: Callable[[Source, bool | None], None]) -> None:
        self._bus = bus
        self._sources = sources
        self._tell = tell

    async def listen(self, heard: "asyncio.Queue[Message]") -> None:
        """Until the bus is gone."""
        for source in self._sources:
            await self._bus.listen_for_owner(source.name)
            await self._bus.listen(
                f"type='signal',sender='{source.name}',path='{source.path}',"
                f"interface='{_PROPERTIES}',member='PropertiesChanged',arg0='{source.interface}'"
            )
        for source in self._sources:
            await self._ask(source)
        async with Tasks("sparing") as tasks:
            tasks.spawn(self._follow(heard), "signals")
            await self._bus.wait_closed()

    async def _follow(self, heard: "asyncio.Queue[Message]") -> None:
        rounds = Rounds("reading what the desktop says")
        while True:
            message = await heard.get()
            with rounds.round():
                await self._take(message)

    async def _take(self, message: "Message") -> None:
        match message.member, message.body:
            case "NameOwnerChanged", [name, _, _]:
                for source in self._sources:
                    if source.name == name:
                        await self._ask(source)
            case "PropertiesChanged", [interface, changed, invalidated]:
                for source in self._sources:
                    if source.interface != interface or source.path != message.path:
                        continue
                    if source.property in changed:
                        self._tell(source, source.reading(changed[source.property][1]))
                    elif source.property in invalidated:
                        await self._ask(source)

    async def _ask(self, source: Source) -> None:
        """What it is now; nobody is started for this."""
        from trayapp.desktop.bus import BusError

        value: bool | None = None
        try:
            owned = await self._bus.call(_DAEMON, _DAEMON_PATH, _DAEMON, "NameHasOwner", "s", [source.name])
            if owned.body[0]:
                reply = await self._bus.call(
                    source.name, source.path, _PROPERTIES, "Get", "ss", [source.interface, source.property]
                )
                value = source.reading(reply.body[0][1])
        except BusError as failure:
            log.debug("%s does not tell: %s", source.name, failure)
        self._tell(source, value)
