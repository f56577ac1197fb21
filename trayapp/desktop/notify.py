"""Telling the user something, in the best way that this desktop has.

`Notifiers` is an ordered list of ways. Each note goes to the first way that takes it, and stays with that way
while it is replaced or withdrawn. The last way of a list should be one that cannot fail.
"""

import asyncio
import logging
import sys
from collections.abc import Callable, Sequence
from typing import Protocol

from msgspec import Struct

from trayapp.core.notify.banner import Urgency

log = logging.getLogger(__name__)

# The id of the button that stands for a click on the note itself.
OPEN = "default"

# Key of the note, id of the button, and what lets a window take the focus on Wayland (XDG activation), if given.
OnButton = Callable[[str, str, str | None], None]


class Note(Struct, frozen=True):
    """What to show under `key`; a later note with the same key replaces it.

    Texts are plain; a notifier escapes where its desktop reads markup. `buttons`: pairs of id and label.
    `pops_up`: False changes a note that is still on the screen, quietly, and shows nothing where there is none.
    `icon`: the path of an image or the name of a theme's icon.
    """

    key: str
    title: str
    body: str
    urgency: Urgency = Urgency.NORMAL
    buttons: tuple[tuple[str, str], ...] = ()
    pops_up: bool = True
    icon: str = ""


class Shown(Struct, frozen=True):
    """A note as the server knows it. `on_screen`: False once it has expired, when it may still be in a history."""

    id: int
    urgency: Urgency
    on_screen: bool = True


class Delivered(Struct, frozen=True):
    """What a restart of this program has to know to replace and withdraw what it showed before.

    Ids hold as long as the same server runs on the same bus.
    """

    bus: str = ""
    owner: str = ""
    notes: dict[str, Shown] = {}


class CannotNotify(Exception):
    """This way does not work now; the text says why, for the log."""


class Notifier(Protocol):
    """One way of telling the user something."""

    @property
    def name(self) -> str:
        """For the log and the diagnosis."""

    async def show(self, note: Note) -> None:
        """Show `note`, or replace the one with its key; raises `CannotNotify`."""

    async def withdraw(self, key: str) -> None:
        """Take the note `key` away, if it is there; raises `CannotNotify`."""

    async def close(self) -> None:
        """Let go of what this way holds. Notes stay on the screen."""


class Handed:
    """A way that belongs to somebody else, such as the tray's balloon or the panel.

    `show` returns whether it took the note. A way without `withdraw` cannot change what it has shown: quiet
    changes are not handed to it.
    """

    def __init__(self, name: str, show: Callable[[Note], bool], withdraw: Callable[[str], None] | None = None) -> None:
        self.name = name
        self._show = show
        self._withdraw = withdraw

    async def show(self, note: Note) -> None:
        if not note.pops_up and self._withdraw is None:
            return
        if not self._show(note):
            raise CannotNotify(f"{self.name} is not there")

    async def withdraw(self, key: str) -> None:
        if self._withdraw is not None:
            self._withdraw(key)

    async def close(self) -> None:
        return


class Notifiers:
    """The ordered list; one note at a time, so that the stages of one incident cannot overtake each other."""

    def __init__(self, candidates: Sequence[Notifier]) -> None:
        self._candidates = tuple(candidates)
        self._shown_by: dict[str, Notifier] = {}
        self._turn = asyncio.Lock()

    async def show(self, note: Note) -> None:
        """Show `note` by the first way that takes it. When none does, that is logged as an error."""
        async with self._turn:
            if not note.pops_up:
                await self._change_quietly(note)
                return
            before = self._shown_by.get(note.key)
            for candidate in self._candidates:
                if not await self._try(candidate, note):
                    continue
                if before is not None and before is not candidate:
                    await self._take_away(before, note.key)
                self._shown_by[note.key] = candidate
                return
            log.error("no way to show a notification is left")

    async def withdraw(self, key: str) -> None:
        """Take the note `key` away, wherever it was shown."""
        async with self._turn:
            shown_by = self._shown_by.pop(key, None)
            # After a restart it is not known here who showed it; a candidate may remember.
            for candidate in (shown_by,) if shown_by is not None else self._candidates:
                await self._take_away(candidate, key)

    async def clear(self) -> None:
        """Take away every note that was shown since the start."""
        for key in list(self._shown_by):
            await self.withdraw(key)

    async def close(self) -> None:
        for candidate in self._candidates:
            await candidate.close()

    async def _change_quietly(self, note: Note) -> None:
        shown_by = self._shown_by.get(note.key)
        for candidate in (shown_by,) if shown_by is not None else self._candidates:
            await self._try(candidate, note)

    async def _try(self, candidate: Notifier, note: Note) -> bool:
        try:
            await candidate.show(note)
        except CannotNotify as reason:
            log.info("%s cannot show a notification: %s", candidate.name, reason)
            return False
        return True

    async def _take_away(self, candidate: Notifier, key: str) -> None:
        try:
            await candidate.withdraw(key)
        except CannotNotify as reason:
            log.info("%s cannot withdraw a notification: %s", candidate.name, reason)


def notifiers(
    app_name: str,
    on_button: OnButton,
    *others: Notifier,
    delivered: Delivered | None = None,
    on_delivered: Callable[[Delivered], None] | None = None,
) -> Notifiers:
    """The ways of this platform, then `others` in their order.

    `delivered`: what `on_delivered` was told last, by this or by an earlier run.
    """
    first: list[Notifier] = []
    if sys.platform.startswith("linux"):
        # dbus-fast is there on Linux only.
        from trayapp.desktop.notify_dbus import DBusNotifier

        first.append(DBusNotifier(app_name, on_button, delivered=delivered, on_delivered=on_delivered))
    return Notifiers([*first, *others])
