"""What the engine remembers across restarts, as named pieces in the store.

Every piece is written in one transaction whenever one of them changed, so that after a kill -9 they still fit
each other: a banner that was told belongs to an incident that is known.
"""

import logging
from typing import Any

import msgspec

from trayapp.store.store import Store

log = logging.getLogger(__name__)


class Keeper:
    """Loads and saves the pieces, each as JSON of its own type.

    Steady seconds survive a restart as they are: every run's steady axis begins as Unix time.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._written: dict[str, bytes] = {}

    async def load(self, types: dict[str, Any]) -> dict[str, Any]:
        """The named pieces that can be read, decoded into `types`."""
        pieces: dict[str, Any] = {}
        for name, kind in types.items():
            raw = await self._store.load(name)
            if raw is None:
                continue
            try:
                pieces[name] = msgspec.json.decode(raw, type=kind)
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                log.info("what was remembered as %s is of another version and is left out: %s", name, error)
            else:
                self._written[name] = raw
        return pieces

    async def save(self, pieces: dict[str, Any]) -> None:
        """Write the pieces that changed since they were last written or read."""
        changed = {
            name: raw
            for name, value in pieces.items()
            if (raw := msgspec.json.encode(value)) != self._written.get(name)
        }
        if changed:
            await self._store.save_many(changed)
            self._written |= changed
