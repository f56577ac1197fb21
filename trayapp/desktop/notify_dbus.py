"""Notifications by org.freedesktop.Notifications, version 1.2 of the specification.

https://specifications.freedesktop.org/notification-spec/1.2/ - with what its servers differ in as data (`QUIRKS`).
"""

import logging
import re
from collections.abc import Callable
from typing import Any

from msgspec import Struct

from trayapp.core.notify.banner import Urgency
from trayapp.desktop.bus import DISCONNECTED, NO_REPLY, NO_SERVER, Bus, BusError, Message, owner_change, session_address
from trayapp.desktop.notify import OPEN, CannotNotify, Delivered, Note, OnButton, Shown

log = logging.getLogger(__name__)

SERVICE = "org.freedesktop.Notifications"
PATH = "/org/freedesktop/Notifications"

_URGENCY_LEVEL = {Urgency.LOW: 0, Urgency.NORMAL: 1, Urgency.CRITICAL: 2}
_SERVERS_OWN_TIMEOUT = -1
_NEVER_EXPIRES = 0
_NO_ICON = ""  # the server takes that of the desktop entry
_EXPIRED = 1  # the reason in NotificationClosed

# What a server answers that is gone, busy or never was; anything else points to a mistake of ours.
_TO_BE_EXPECTED = {
    DISCONNECTED,
    NO_REPLY,
    NO_SERVER,
    "org.freedesktop.DBus.Error.ServiceUnknown",
    "org.freedesktop.DBus.Error.NameHasNoOwner",
    # The service file is there, the server dies at once, for instance without a display.
    "org.freedesktop.DBus.Error.Spawn.ChildExited",
    "org.freedesktop.DBus.Error.Spawn.ChildSignaled",
    "org.freedesktop.DBus.Error.Spawn.ExecFailed",
    "org.freedesktop.DBus.Error.TimedOut",
    # KDE: too many notes in quick succession, https://bugs.kde.org/show_bug.cgi?id=409157
    "org.freedesktop.Notifications.Error.ExcessNotificationGeneration",
    # GNOME Flashback: no more than a fixed number at once
    "org.freedesktop.Notifications.MaxNotificationsExceeded",
}


class Quirk(Struct, frozen=True):
    """What one server does differently, and where that is recorded. `until`: the last version that does."""

    server: str
    source: str
    until: tuple[int, ...] | None = None
    no_actions: bool = False
    title_is_markup: bool = False


QUIRKS = (
    # Any action turns the bubble into a dialog box that waits.
    Quirk("notify-osd", "https://wiki.ubuntu.com/NotificationDevelopmentGuidelines", no_actions=True),
    Quirk(
        "lxqt-notificationd",
        "https://github.com/lxqt/lxqt-notificationd/issues/253",
        until=(0, 16),
        title_is_markup=True,
    ),
    Quirk("Raven", "https://github.com/solus-project/budgie-desktop/issues/2114", title_is_markup=True),
)


class Server(Struct, frozen=True):
    """The running server: its unique bus name and what it can do."""

    owner: str
    name: str
    version: str
    capabilities: frozenset[str]
    no_actions: bool
    title_is_markup: bool


class DBusNotifier:
    """Shows notes by the desktop's notification server; connects when first needed, and again after a loss."""

    name = "desktop notifications"

    def __init__(
        self,
        app_name: str,
        on_button: OnButton,
        *,
        desktop_entry: str = "llm-ampel",
        address: str | None = None,
        delivered: Delivered | None = None,
        on_delivered: Callable[[Delivered], None] | None = None,
    ) -> None:
        self._app_name = app_name
        self._on_button = on_button
        self._desktop_entry = desktop_entry
        self._address = address
        self._before = delivered
        self._on_delivered = on_delivered
        self._bus: Bus | None = None
        self._bus_id = ""
        self._server: Server | None = None
        self._notes: dict[str, Shown] = {}
        self._tokens: dict[int, str] = {}
        self._notifying = False
        self._early: list[Message] = []

    async def show(self, note: Note) -> None:
        try:
            await self._show(note)
        except BusError as failure:
            raise self._reason(failure) from failure

    async def withdraw(self, key: str) -> None:
        try:
            bus = await self._connected()
            shown = self._notes.get(key)
            if shown is None:
                return
            self._forget(key)
            await bus.call(SERVICE, PATH, SERVICE, "CloseNotification", "u", [shown.id])
        except BusError as failure:
            if failure.name in _TO_BE_EXPECTED:
                raise self._reason(failure) from failure
            # The specification's answer for a note that is gone is an error without a name of its own.
            log.info("the server does not close %s: %s", key, failure)

    async def close(self) -> None:
        if self._bus is not None:
            await self._bus.close()
            self._bus = None

    async def _show(self, note: Note) -> None:
        bus = await self._connected()
        before = self._notes.get(note.key)
        if not note.pops_up and (before is None or not before.on_screen):
            return
        server = await self._known_server(bus)
        # The notes that the server forgot with its restart are known only now.
        before = self._notes.get(note.key)
        if not note.pops_up and before is None:
            return
        self._notifying = True
        try:
            reply = await bus.call(
                SERVICE,
                PATH,
                SERVICE,
                "Notify",
                "susssasa{sv}i",
                notify_arguments(note, before, server, self._app_name, self._desktop_entry),
            )
        finally:
            self._notifying = False
            early, self._early = self._early, []
        self._notes[note.key] = Shown(int(reply.body[0]), _urgency(note, before))
        for signal in early:
            self._from_server(signal)
        self._tell_delivered()

    async def _connected(self) -> Bus:
        if self._bus is None or not self._bus.connected:
            self._server = None
            self._notes.clear()
            bus = await Bus.connect(self._address or session_address(), self._on_signal)
            await bus.listen(f"type='signal',sender='{SERVICE}',path='{PATH}',interface='{SERVICE}'")
            await bus.listen_for_owner(SERVICE)
            self._bus_id = await bus.identity()
            self._bus = bus
            await self._remember_before(bus)
        return self._bus

    async def _remember_before(self, bus: Bus) -> None:
        before, self._before = self._before, None
        if before is not None and before.bus == self._bus_id and await bus.owner(SERVICE) == before.owner:
            self._notes.update(before.notes)

    async def _known_server(self, bus: Bus) -> Server:
        if self._server is None:
            reply = await bus.call(SERVICE, PATH, SERVICE, "GetServerInformation")
            try:
                capabilities = (await bus.call(SERVICE, PATH, SERVICE, "GetCapabilities")).body[0]
            except BusError as failure:
                if failure.name in _TO_BE_EXPECTED:
                    raise
                # Some servers do not have the method: https://github.com/Sweets/tiramisu/issues/20
                capabilities = []
            name, _, version, *_ = reply.body
            self._server = describe(reply.sender or "", name, version, capabilities)
            log.info("notifications by %s %s: %s", name, version, ", ".join(sorted(self._server.capabilities)))
        return self._server

    def _on_signal(self, message: Message) -> None:
        change = owner_change(message)
        if change is not None:
            if change[0] == SERVICE:
                # The next server starts counting anew: an old id would hit somebody else's note.
                self._server = None
                if self._notes and change[1]:
                    self._notes.clear()
                    self._tell_delivered()
        elif message.interface == SERVICE:
            self._from_server(message)

    def _from_server(self, message: Message) -> None:
        """A signal about one note. Servers send them to everybody, so most are about somebody else's."""
        if not message.body or not isinstance(message.body[0], int):
            return
        note_id = message.body[0]
        key = next((key for key, shown in self._notes.items() if shown.id == note_id), None)
        if key is None:
            if self._notifying:
                # The signal came before our Notify was seen to be answered.
                self._early.append(message)
            return
        match message.member, message.body:
            case "ActivationToken", [_, str(token)]:
                self._tokens[note_id] = token
            case "ActionInvoked", [_, str(button)]:
                self._on_button(key, button, self._tokens.pop(note_id, None))
            case "NotificationClosed", [_, *reason]:
                self._tokens.pop(note_id, None)
                if reason[:1] == [_EXPIRED]:
                    shown = self._notes[key]
                    self._notes[key] = Shown(shown.id, shown.urgency, on_screen=False)
                    self._tell_delivered()
                else:
                    self._forget(key)

    def _forget(self, key: str) -> None:
        del self._notes[key]
        self._tell_delivered()

    def _tell_delivered(self) -> None:
        if self._on_delivered is not None:
            owner = self._server.owner if self._server is not None else ""
            self._on_delivered(Delivered(self._bus_id, owner, dict(self._notes)))

    @staticmethod
    def _reason(failure: BusError) -> CannotNotify:
        if failure.name not in _TO_BE_EXPECTED:
            log.warning("the notification server refused: %s", failure)
        return CannotNotify(str(failure))


def describe(owner: str, name: str, version: str, capabilities: list[str]) -> Server:
    """What to expect of a server that names itself so."""
    number = tuple(int(part) for part in re.findall(r"\d+", version))
    quirks = [q for q in QUIRKS if q.server == name and (q.until is None or number[: len(q.until)] <= q.until)]
    return Server(
        owner,
        name,
        version,
        frozenset(capabilities),
        no_actions=any(q.no_actions for q in quirks),
        title_is_markup=any(q.title_is_markup for q in quirks),
    )


def notify_arguments(note: Note, before: Shown | None, server: Server, app_name: str, desktop_entry: str) -> list[Any]:
    """The arguments of `Notify` for this server. `before`: what the note replaces."""
    quiet = not note.pops_up
    # What has no haste makes no noise.
    silent = quiet or note.urgency is Urgency.LOW
    hints: dict[str, tuple[str, Any]] = {
        "urgency": ("y", _URGENCY_LEVEL[_urgency(note, before)]),
        "desktop-entry": ("s", desktop_entry),
    }
    if (picture := note.picture) is not None:
        side_px = picture.side_px
        hints["image-data"] = "(iiibiiay)", (side_px, side_px, 4 * side_px, True, 8, 4, picture.rgba)
    if silent:
        hints["suppress-sound"] = "b", True
    # A critical note stays until it is dismissed; changing its text must not start a countdown.
    stays = quiet and before is not None and before.urgency is Urgency.CRITICAL
    body = sendable(note.body)
    title = sendable(note.title)
    buttons: list[str] = []
    if "actions" in server.capabilities and not server.no_actions:
        # A click on the note itself is an action too; most servers show no button for this id, some its label.
        buttons = [OPEN, sendable(note.opens) or app_name]
        for button, label in note.buttons:
            buttons += [button, sendable(label)]
    return [
        app_name,
        before.id if before is not None else 0,
        _NO_ICON,
        _escaped(title) if server.title_is_markup else title,
        _escaped(body) if "body-markup" in server.capabilities else body,
        buttons,
        hints,
        _NEVER_EXPIRES if stays else _SERVERS_OWN_TIMEOUT,
    ]


def _urgency(note: Note, before: Shown | None) -> Urgency:
    """How urgently the note is sent: what it replaces on the screen may not lose its colour or its place."""
    if before is None or not before.on_screen:
        return note.urgency
    # A quiet change is none of its urgency.
    wanted = note.urgency if note.pops_up else before.urgency
    return max(before.urgency, wanted, key=_URGENCY_LEVEL.__getitem__)


def _escaped(text: str) -> str:
    # Not html.escape, whose module brings a table of 2,000 names.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def sendable(text: str) -> str:
    """The text as D-Bus can carry it: no NUL, no lone surrogates."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
