"""Services of a desktop that speak the real protocol on a private bus: the other side, written for tests.

Each can come late, go away and come back, as the real ones do.
"""

import contextlib
from typing import Annotated, Any, Self

from dbus_fast import DBusError, PropertyAccess, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.annotations import DBusBool, DBusInt32, DBusSignature, DBusStr, DBusUInt32
from dbus_fast.service import ServiceInterface, dbus_method, dbus_property, dbus_signal
from msgspec import Struct

Strings = Annotated[list[str], DBusSignature("as")]
Hints = Annotated[dict[str, Variant], DBusSignature("a{sv}")]


class Service:
    """One interface under one well-known name, on a connection of its own; `start` may follow `stop`."""

    def __init__(self, address: str, name: str, path: str, interface: ServiceInterface) -> None:
        self._address = address
        self._name = name
        self._path = path
        self._interface = interface
        self._bus: MessageBus | None = None

    async def start(self) -> None:
        self._bus = await MessageBus(bus_address=self._address).connect()
        self._bus.export(self._path, self._interface)
        await self._bus.request_name(self._name)

    async def stop(self) -> None:
        if self._bus is not None:
            if self._bus.connected:
                self._bus.disconnect()
            with contextlib.suppress(EOFError, OSError):
                await self._bus.wait_for_disconnect()  # type: ignore[no-untyped-call] # dbus-fast has no hint here
            self._bus = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()


class Notified(Struct):
    """One call of Notify, as it came."""

    app_name: str
    replaces_id: int
    icon: str
    title: str
    body: str
    actions: list[str]
    hints: dict[str, Any]
    timeout: int
    id: int


class _Notifications(ServiceInterface):
    def __init__(self, capabilities: list[str], name: str, version: str) -> None:
        super().__init__("org.freedesktop.Notifications")
        self.capabilities = capabilities
        self.server = [name, "tests", version, "1.2"]
        self.calls: list[Notified] = []
        self.closed: list[int] = []
        self.refusal: str | None = None
        self.asked = 0
        self.next_id = 1

    @dbus_method()
    def GetCapabilities(self) -> Strings:
        self.asked += 1
        return self.capabilities

    @dbus_method()
    def GetServerInformation(self) -> Annotated[list[str], DBusSignature("ssss")]:
        return self.server

    @dbus_method()
    def Notify(
        self,
        app_name: DBusStr,
        replaces_id: DBusUInt32,
        icon: DBusStr,
        title: DBusStr,
        body: DBusStr,
        actions: Strings,
        hints: Hints,
        timeout: DBusInt32,
    ) -> DBusUInt32:
        if self.refusal is not None:
            raise DBusError(self.refusal, "refused by the test")
        note_id = replaces_id or self.next_id
        self.next_id = max(self.next_id, note_id + 1)
        plain = {key: (value.signature, value.value) for key, value in hints.items()}
        self.calls.append(Notified(app_name, replaces_id, icon, title, body, actions, plain, timeout, note_id))
        return note_id

    @dbus_method()
    def CloseNotification(self, note_id: DBusUInt32) -> None:
        self.closed.append(note_id)
        self.NotificationClosed(note_id, 3)

    @dbus_signal()
    def NotificationClosed(self, note_id: int, reason: int) -> Annotated[list[int], DBusSignature("uu")]:
        return [note_id, reason]

    @dbus_signal()
    def ActionInvoked(self, note_id: int, action: str) -> Annotated[list[Any], DBusSignature("us")]:
        return [note_id, action]

    @dbus_signal()
    def ActivationToken(self, note_id: int, token: str) -> Annotated[list[Any], DBusSignature("us")]:
        return [note_id, token]


class NotificationServer(Service):
    """org.freedesktop.Notifications; records what is notified, closes and clicks on demand."""

    def __init__(
        self,
        address: str,
        capabilities: tuple[str, ...] = ("actions", "body", "body-markup"),
        name: str = "fake",
        version: str = "1.0",
    ) -> None:
        self._notifications = _Notifications(list(capabilities), name, version)
        super().__init__(
            address, "org.freedesktop.Notifications", "/org/freedesktop/Notifications", self._notifications
        )

    @property
    def calls(self) -> list[Notified]:
        return self._notifications.calls

    @property
    def closed(self) -> list[int]:
        return self._notifications.closed

    @property
    def asked(self) -> int:
        """How often the capabilities were asked for."""
        return self._notifications.asked

    def refuse(self, error_name: str | None) -> None:
        """Answer Notify with this error from now on; None: accept again."""
        self._notifications.refusal = error_name

    def forget(self) -> None:
        """What a restart does to ids."""
        self._notifications.next_id = 1

    def click(self, note_id: int, action: str, token: str | None = None) -> None:
        if token is not None:
            self._notifications.ActivationToken(note_id, token)
        self._notifications.ActionInvoked(note_id, action)

    def dismiss(self, note_id: int) -> None:
        self._notifications.NotificationClosed(note_id, 2)

    def expire(self, note_id: int) -> None:
        self._notifications.NotificationClosed(note_id, 1)


class _Login(ServiceInterface):
    def __init__(self) -> None:
        super().__init__("org.freedesktop.login1.Manager")

    @dbus_signal()
    def PrepareForSleep(self, start: bool) -> DBusBool:
        return start


class LoginManager(Service):
    """org.freedesktop.login1, as far as sleep goes."""

    def __init__(self, address: str) -> None:
        self._login = _Login()
        super().__init__(address, "org.freedesktop.login1", "/org/freedesktop/login1", self._login)

    def sleep(self) -> None:
        self._login.PrepareForSleep(True)

    def wake(self) -> None:
        self._login.PrepareForSleep(False)


class _Watcher(ServiceInterface):
    def __init__(self) -> None:
        super().__init__("org.kde.StatusNotifierWatcher")
        self.items: list[str] = []
        self.calls = 0

    @dbus_method()
    def RegisterStatusNotifierItem(self, service: DBusStr) -> None:
        self.calls += 1
        if service not in self.items:
            self.items.append(service)
        self.StatusNotifierItemRegistered(service)

    @dbus_method()
    def RegisterStatusNotifierHost(self, service: DBusStr) -> None:
        self.StatusNotifierHostRegistered()

    @dbus_property(access=PropertyAccess.READ)
    def RegisteredStatusNotifierItems(self) -> Strings:
        return self.items

    @dbus_property(access=PropertyAccess.READ)
    def IsStatusNotifierHostRegistered(self) -> DBusBool:
        return True

    @dbus_property(access=PropertyAccess.READ)
    def ProtocolVersion(self) -> DBusInt32:
        return 0

    @dbus_signal()
    def StatusNotifierItemRegistered(self, service: str) -> DBusStr:
        return service

    @dbus_signal()
    def StatusNotifierItemUnregistered(self, service: str) -> DBusStr:
        return service

    @dbus_signal()
    def StatusNotifierHostRegistered(self) -> None:
        return None


class TrayWatcher(Service):
    """org.kde.StatusNotifierWatcher with a host; keeps the bus names of the icons that registered."""

    def __init__(self, address: str) -> None:
        self._watcher = _Watcher()
        super().__init__(address, "org.kde.StatusNotifierWatcher", "/StatusNotifierWatcher", self._watcher)

    async def start(self) -> None:
        self._watcher.items.clear()
        await super().start()

    @property
    def items(self) -> list[str]:
        return list(self._watcher.items)

    @property
    def registrations(self) -> int:
        """How often an icon registered, repeats included."""
        return self._watcher.calls


class _NetworkManager(ServiceInterface):
    def __init__(self, metered: int) -> None:
        super().__init__("org.freedesktop.NetworkManager")
        self.metered = metered

    @dbus_property(access=PropertyAccess.READ)
    def Metered(self) -> DBusUInt32:
        return self.metered


class NetworkManager(Service):
    """org.freedesktop.NetworkManager, as far as it tells what the connection costs."""

    def __init__(self, address: str, metered: int = 0) -> None:
        self._manager = _NetworkManager(metered)
        super().__init__(address, "org.freedesktop.NetworkManager", "/org/freedesktop/NetworkManager", self._manager)

    def meter(self, metered: int) -> None:
        """As NMMetered has it: 1 yes, 2 no, 3 guessed yes, 4 guessed no."""
        self._manager.metered = metered
        self._manager.emit_properties_changed({"Metered": metered})

    def forget(self, metered: int) -> None:
        """The same, without saying what it is now."""
        self._manager.metered = metered
        self._manager.emit_properties_changed({}, ["Metered"])


class _PowerProfiles(ServiceInterface):
    def __init__(self, interface: str, profile: str) -> None:
        super().__init__(interface)
        self.profile = profile

    @dbus_property(access=PropertyAccess.READ)
    def ActiveProfile(self) -> DBusStr:
        return self.profile


class PowerProfiles(Service):
    """power-profiles-daemon under one of its two names."""

    def __init__(self, address: str, profile: str = "balanced", name: str = "net.hadess.PowerProfiles") -> None:
        self._profiles = _PowerProfiles(name, profile)
        super().__init__(address, name, f"/{name.replace('.', '/')}", self._profiles)

    def choose(self, profile: str) -> None:
        self._profiles.profile = profile
        self._profiles.emit_properties_changed({"ActiveProfile": profile})


class _UPower(ServiceInterface):
    def __init__(self, on_battery: bool) -> None:
        super().__init__("org.freedesktop.UPower")
        self.on_battery = on_battery

    @dbus_property(access=PropertyAccess.READ)
    def OnBattery(self) -> DBusBool:
        return self.on_battery


class UPower(Service):
    """org.freedesktop.UPower, as far as the cable goes."""

    def __init__(self, address: str, *, on_battery: bool = False) -> None:
        self._upower = _UPower(on_battery)
        super().__init__(address, "org.freedesktop.UPower", "/org/freedesktop/UPower", self._upower)

    def pull(self, *, on_battery: bool = True) -> None:
        self._upower.on_battery = on_battery
        self._upower.emit_properties_changed({"OnBattery": on_battery})


class _PowerProfileMonitor(ServiceInterface):
    def __init__(self, saving: bool) -> None:
        super().__init__("org.freedesktop.portal.PowerProfileMonitor")
        self.saving = saving

    @dbus_property(access=PropertyAccess.READ, name="power-saver-enabled")
    def power_saver_enabled(self) -> DBusBool:
        return self.saving


class PowerPortal(Service):
    """The portal that tells sandboxed programs of the battery saver."""

    def __init__(self, address: str, *, saving: bool = False) -> None:
        self._monitor = _PowerProfileMonitor(saving)
        super().__init__(address, "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop", self._monitor)

    def save(self, *, saving: bool = True) -> None:
        self._monitor.saving = saving
        self._monitor.emit_properties_changed({"power-saver-enabled": saving})
