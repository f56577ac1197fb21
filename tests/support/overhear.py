"""What programs say to a notification server, overheard on the bus: works with every real server."""

import asyncio
import time
from typing import Any, Self

from dbus_fast import Message, MessageType
from dbus_fast.aio import MessageBus
from msgspec import Struct, field

from tests.support.processes import DEADLINE_S

_INTERFACE = "org.freedesktop.Notifications"


class Banner(Struct):
    """One call of Notify. `id`: what the server answered."""

    replaces_id: int
    title: str
    body: str
    buttons: dict[str, str]
    urgency: int
    id: int | None = None
    hints: dict[str, Any] = field(default_factory=dict)


class Overheard:
    """Everything that was notified and closed on a bus since `Overheard.on`."""

    def __init__(self, bus: MessageBus) -> None:
        self._bus = bus
        self._unanswered: dict[tuple[str | None, int], Banner] = {}
        self.banners: list[Banner] = []
        self.withdrawn: list[int] = []

    @classmethod
    async def on(cls, address: str) -> Self:
        """Start to listen on the bus at `address`."""
        bus = await MessageBus(bus_address=address).connect()
        overheard = cls(bus)
        bus.add_message_handler(overheard.hear)
        rules = [f"type='method_call',interface='{_INTERFACE}'", "type='method_return'"]
        await bus.call(
            Message(
                destination="org.freedesktop.DBus",
                path="/org/freedesktop/DBus",
                interface="org.freedesktop.DBus.Monitoring",
                member="BecomeMonitor",
                signature="asu",
                body=[rules, 0],
            )
        )
        return overheard

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._bus.disconnect()
        await self._bus.wait_for_disconnect()  # type: ignore[no-untyped-call] # dbus-fast has no hint here

    async def wait_for(self, title: str) -> Banner:
        """The first banner whose title holds `title`, as soon as the server has answered it."""
        end = time.monotonic() + DEADLINE_S
        while True:
            for banner in self.banners:
                if title in banner.title and banner.id is not None:
                    return banner
            assert time.monotonic() < end, f"no banner {title!r} in {[banner.title for banner in self.banners]}"
            await asyncio.sleep(0.02)

    def hear(self, message: Message) -> bool:
        if message.message_type is MessageType.METHOD_RETURN and message.reply_serial is not None:
            asked = self._unanswered.pop((message.destination, message.reply_serial), None)
            if asked is not None:
                asked.id = message.body[0]
        elif message.member == "Notify":
            _, replaces_id, _, title, body, actions, hints, _ = message.body
            buttons = dict(zip(actions[::2], actions[1::2], strict=True))
            plain = {name: value.value for name, value in hints.items()}
            banner = Banner(replaces_id, title, body, buttons, plain.get("urgency", 1), hints=plain)
            self.banners.append(banner)
            self._unanswered[message.sender, message.serial] = banner
        elif message.member == "CloseNotification":
            self.withdrawn.append(message.body[0])
        # Other people's messages count as handled: a monitor that answers is thrown off the bus.
        return message.destination != self._bus.unique_name
