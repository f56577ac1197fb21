"""Forgetting while nobody runs: what a restart would bring back into the history goes out of the memory, too."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from trayapp.core.catalogue import Catalogue
from trayapp.core.incident.aftermath import Aftermath
from trayapp.core.incident.store import IncidentStore
from trayapp.engine.memory import Keeper
from trayapp.engine.state import IncidentMemory
from trayapp.store.journal import Journal
from trayapp.store.store import Store


def their_providers(catalogue: Catalogue, services: frozenset[str] | None) -> dict[str, frozenset[str]]:
    """Whose services these are, and which others they have."""
    all_of: dict[str, set[str]] = {}
    for provider, service in catalogue.services():
        all_of.setdefault(provider.provider, set()).add(service.id)
    return {name: frozenset(its) for name, its in all_of.items() if its & (services or frozenset())}


async def forget(memory: Path, journal: Path, catalogue: Catalogue, services: frozenset[str] | None) -> bool:
    """Take these services, or all, out of both files for good; False where the disk does not allow it."""
    in_memory = await _forget_memory(memory, services)
    return await _forget_journal(journal, services, their_providers(catalogue, services)) and in_memory


async def _forget_memory(file: Path, services: frozenset[str] | None) -> bool:
    if not await asyncio.to_thread(file.exists):
        return True
    store = Store(file)
    await store.open()
    try:
        keeper = Keeper(store)
        known = (await keeper.load({"incidents": IncidentMemory})).get("incidents")
        if known is not None:
            incidents, aftermath = IncidentStore(known.records, known.saved_at), Aftermath(known.aftermath)
            incidents.forget(services)
            aftermath.forget(services)
            known.records, known.aftermath = incidents.records, aftermath.remember()
            await keeper.save({"incidents": known})
        return await store.scrub()
    finally:
        await store.close()


async def _forget_journal(file: Path, services: frozenset[str] | None, providers: Mapping[str, frozenset[str]]) -> bool:
    journal = Journal(file)
    try:
        return await journal.forget(services, providers)
    finally:
        await journal.close()
