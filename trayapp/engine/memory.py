"""What the engine remembers across restarts, as named pieces in the store.

Every piece is written in one transaction whenever one of them changed, so that after a kill -9 they still fit
each other: a banner that was told belongs to an incident that is known.
"""

import logging
from typing import Any

import msgspec

from trayapp.core.incident.known_pasts import KnownPast, PastsMemory
from trayapp.store.store import Store

PASTS = "pasts"
"""In parts, by provider: all of them are hundreds of kilobytes, and every day something ends on one of the pages."""

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
        pieces = {name: await self._read(name, kind) for name, kind in types.items()}
        if PASTS in types:
            pasts = {provider: await self._read(name, KnownPast) for provider, name in self._parts(PASTS).items()}
            whole = pieces[PASTS] or PastsMemory()
            pieces[PASTS] = PastsMemory(whole.pasts | {name: one for name, one in pasts.items() if one is not None})
        return {name: piece for name, piece in pieces.items() if piece is not None}

    def _parts(self, piece: str) -> dict[str, str]:
        return {name.removeprefix(f"{piece}/"): name for name in self._store.names if name.startswith(f"{piece}/")}

    async def _read(self, name: str, kind: Any) -> Any:
        raw = await self._store.load(name)
        if raw is None:
            return None
        try:
            piece = msgspec.json.decode(raw, type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            log.info("what was remembered as %s is of another version and is left out: %s", name, error)
            return None
        self._written[name] = raw
        return piece

    async def save(self, pieces: dict[str, Any]) -> None:
        """Write the pieces that changed since they were last written or read."""
        apart = {f"{PASTS}/{name}": one for name, one in pieces[PASTS].pasts.items()} if PASTS in pieces else {}
        # What was in one piece before is in its parts now.
        emptied = {PASTS: PastsMemory()} if apart else {}
        changed = {
            name: raw
            for name, value in (pieces | apart | emptied).items()
            if (raw := msgspec.json.encode(value)) != self._written.get(name)
        }
        if changed:
            await self._store.save_many(changed)
            self._written |= changed
