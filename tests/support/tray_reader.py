"""A tray icon as a panel sees it: read over D-Bus what the user would see, and click what the user would click."""

import asyncio
import collections
import colorsys
import time
from typing import Any, Self

from msgspec import Struct

from tests.support.processes import DEADLINE_S
from trayapp.desktop.bus import Bus, BusError

WATCHER = "org.kde.StatusNotifierWatcher"
WATCHER_PATH = "/StatusNotifierWatcher"
ITEM = "org.kde.StatusNotifierItem"
MENU = "com.canonical.dbusmenu"
PROPERTIES = "org.freedesktop.DBus.Properties"

_EVERYTHING = -1
_OPAQUE = 200
# Below this saturation a colour is a grey, to the eye as well.
_GREY_BELOW = 0.25
_HUES = ((0.09, "red"), (0.2, "yellow"), (0.47, "green"), (0.75, "blue"), (1.01, "red"))


class Picture(Struct):
    """One size of the icon; pixels are (alpha, red, green, blue), row by row."""

    width: int
    height: int
    pixels: list[tuple[int, int, int, int]]

    @property
    def rgb(self) -> tuple[int, int, int]:
        """The most frequent colour that says something: black and white are outlines."""
        colours = collections.Counter(rgb for alpha, *rgb_ in self.pixels if alpha >= _OPAQUE for rgb in [tuple(rgb_)])
        telling = {c: n for c, n in colours.items() if max(c) > 40 and min(c) < 230}
        red, green, blue = max(telling, key=telling.__getitem__)
        return red, green, blue

    @property
    def colour(self) -> str:
        """The name of that colour: red, yellow, green, blue or grey."""
        hue, saturation, _ = colorsys.rgb_to_hsv(*(part / 255 for part in self.rgb))
        return "grey" if saturation < _GREY_BELOW else next(name for limit, name in _HUES if hue < limit)


class Entry(Struct):
    """A menu entry. `icon`: the bytes of its picture, if it has one; separators have an empty label."""

    id: int
    label: str
    enabled: bool
    visible: bool
    separator: bool
    checked: bool
    icon: bytes
    children: list["Entry"]

    def find(self, label: str) -> "Entry | None":
        """The first entry below this one, in reading order, with this label; else one whose label starts so."""
        for child in self.children:
            if child.visible and child.label == label:
                return child
        for child in self.children:
            if child.visible and child.label.startswith(label):
                return child
            if (found := child.find(label)) is not None:
                return found
        return None

    def lines(self) -> list[str]:
        """The labels as one reads them; `---` for a separator."""
        return ["---" if child.separator else child.label for child in self.children if child.visible]


class TrayReader:
    """One icon on the bus of a desktop. Make it with `TrayReader.first`."""

    def __init__(self, bus: Bus, service: str, path: str) -> None:
        self._bus = bus
        self.service = service
        self._path = path

    @classmethod
    async def first(cls, address: str) -> Self:
        """The first icon that registers with the watcher of this bus; waits for it."""
        bus = await Bus.connect(address)
        end = time.monotonic() + DEADLINE_S
        while not (items := await registered_items(bus)):
            assert time.monotonic() < end, "no icon registered"
            await asyncio.sleep(0.05)
        service, _, path = items[0].partition("/")
        return cls(bus, service, f"/{path}" if path else "/StatusNotifierItem")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._bus.close()

    async def property(self, name: str) -> Any:
        reply = await self._bus.call(self.service, self._path, PROPERTIES, "Get", "ss", [ITEM, name])
        return reply.body[0][1]

    async def pictures(self) -> list[Picture]:
        """The icon in every size that was sent."""
        pictures = []
        for width, height, data in await self.property("IconPixmap"):
            parts = bytes(data)
            pixels = list(zip(parts[::4], parts[1::4], parts[2::4], parts[3::4], strict=True))
            pictures.append(Picture(width, height, pixels))
        return pictures

    async def colour(self) -> str:
        """The colour of the icon; every size has to agree."""
        colours = {picture.colour for picture in await self.pictures()}
        assert len(colours) == 1, colours
        return colours.pop()

    async def rgb(self) -> tuple[int, int, int]:
        """The colour of the largest picture, exactly."""
        return max(await self.pictures(), key=lambda picture: picture.width).rgb

    async def tooltip(self) -> str:
        """Title and text of the tool tip, as lines."""
        _, _, title, text = await self.property("ToolTip")
        return "\n".join(part for part in (title, text) if part)

    async def menu(self) -> Entry:
        """The whole menu as it is now."""
        path = await self.property("Menu")
        await self._bus.call(self.service, path, MENU, "AboutToShow", "i", [0])
        reply = await self._bus.call(self.service, path, MENU, "GetLayout", "iias", [0, _EVERYTHING, []])
        return _entry(reply.body[1])

    async def click(self, label: str) -> str:
        """Click the entry whose label starts with `label`; its full label."""
        menu = await self.menu()
        entry = menu.find(label)
        assert entry is not None, f"no {label!r} in {menu.lines()}"
        assert entry.enabled, f"{entry.label!r} cannot be clicked"
        path = await self.property("Menu")
        body = [entry.id, "clicked", ("i", 0), 0]
        await self._bus.call(self.service, path, MENU, "Event", "isvu", body)
        return entry.label

    async def activate(self) -> None:
        """A left click on the icon."""
        await self._bus.call(self.service, self._path, ITEM, "Activate", "ii", [0, 0])

    async def wait_for_colour(self, colour: str, deadline_s: float = DEADLINE_S) -> None:
        """Return as soon as the icon has this colour."""
        end = time.monotonic() + deadline_s
        while (now := await self.colour()) != colour:
            assert time.monotonic() < end, f"the icon stayed {now}, wanted {colour}"
            await asyncio.sleep(0.05)


async def registered_items(bus: Bus) -> list[str]:
    """The icons that the watcher of this bus knows, as `name/path`; none when there is no watcher."""
    try:
        reply = await bus.call(
            WATCHER, WATCHER_PATH, PROPERTIES, "Get", "ss", [WATCHER, "RegisteredStatusNotifierItems"]
        )
    except BusError:
        return []
    return list(reply.body[0][1])


def _entry(layout: tuple[Any, ...]) -> Entry:
    entry_id, properties, children = layout
    plain = {name: value for name, (_, value) in properties.items()}
    return Entry(
        id=entry_id,
        # One underline marks the access key, two are one underline.
        label=plain.get("label", "").replace("__", "\0").replace("_", "").replace("\0", "_"),
        enabled=plain.get("enabled", True),
        visible=plain.get("visible", True),
        separator=plain.get("type") == "separator",
        checked=plain.get("toggle-state") == 1,
        icon=bytes(plain.get("icon-data", b"")),
        children=[_entry(child) for _, child in children],
    )
