"""Telling the user something, in the best way that this desktop has.

`Notifiers` is an ordered list of ways. Each note goes to the first way that takes it, and stays with that way
while it is replaced or withdrawn. The last way of a list should be one that cannot fail.
"""

import asyncio
import logging
import sys
from collections.abc import Callable, Sequence

from trayapp.desktop.notify import CannotNotify, Delivered, Note, Notifier, OnButton

log = logging.getLogger(__name__)


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
        # jeepney is there on Linux only.
        from trayapp.desktop.notify_dbus import DBusNotifier

        first.append(DBusNotifier(app_name, on_button, delivered=delivered, on_delivered=on_delivered))
    return Notifiers([*first, *others])
