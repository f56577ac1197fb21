"""Pieces of memory go to the disk when they changed, and the pasts of the pages one by one."""

from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from trayapp.core.incident.known_pasts import KnownPast, PastsMemory
from trayapp.core.incident.past import PastIncident
from trayapp.engine.memory import Keeper
from trayapp.engine.state import IncidentMemory, LastVerdict
from trayapp.store.store import Store

TYPES = {"incidents": IncidentMemory, "pasts": PastsMemory}


class CountingStore(Store):
    """`saved`: the pieces of each time."""

    def __init__(self, file: Path) -> None:
        super().__init__(file)
        self.saved: list[set[str]] = []

    async def save_many(self, pieces: Mapping[str, bytes]) -> None:
        if pieces:
            self.saved.append(set(pieces))
        await super().save_many(pieces)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "memory.sqlite3"


def past(page: str, count: int) -> KnownPast:
    ended = {f"old-{number}": PastIncident(1.0 * number, 2.0 * number, ("id-chat",)) for number in range(count)}
    return KnownPast(page, 7.0, ended)


async def test_only_what_changed_is_written_and_of_the_pasts_only_whose(file: Path) -> None:
    pasts = {name: past(f"https://status.{name}.example", 30) for name in ("acme", "bolt", "crux")}
    store = CountingStore(file)
    await store.open()
    keeper = Keeper(store)
    pieces = {"incidents": IncidentMemory(1.0), "pasts": PastsMemory(pasts)}
    await keeper.save(pieces)
    await keeper.save({"incidents": IncidentMemory(1.0), "pasts": PastsMemory(dict(pasts))})
    assert len(store.saved) == 1
    pasts["bolt"] = past("https://status.bolt.example", 31)
    await keeper.save({**pieces, "pasts": PastsMemory(pasts)})
    await keeper.save({"incidents": IncidentMemory(1.0, verdicts={"chat": LastVerdict()})})
    assert store.saved[1:] == [{"pasts/bolt"}, {"incidents"}]
    await store.close()

    again = CountingStore(file)
    await again.open()
    keeper = Keeper(again)
    kept = await keeper.load(TYPES)
    assert kept["pasts"].pasts == pasts
    await keeper.save(kept)
    assert again.saved == []
    await again.close()


async def test_what_an_earlier_version_kept_in_one_piece_is_known_and_moves(file: Path) -> None:
    whole = PastsMemory({name: past(f"https://status.{name}.example", 3) for name in ("acme", "bolt")})
    store = CountingStore(file)
    await store.open()
    await store.save_many({"pasts": msgspec.json.encode(whole)})
    keeper = Keeper(store)
    kept = await keeper.load(TYPES)
    assert kept == {"pasts": whole}
    await keeper.save(kept)
    assert store.saved[1:] == [{"pasts", "pasts/acme", "pasts/bolt"}]
    assert await Keeper(store).load(TYPES) == {"pasts": whole}
    await store.close()


@pytest.mark.expects_log("is of another version")
async def test_one_past_that_cannot_be_read_costs_no_other(file: Path) -> None:
    store = Store(file)
    await store.open()
    acme = past("https://status.acme.example", 3)
    await store.save_many({"pasts/acme": msgspec.json.encode(acme), "pasts/bolt": b'{"page": 7}'})
    assert await Keeper(store).load(TYPES) == {"pasts": PastsMemory({"acme": acme})}
    await store.close()
