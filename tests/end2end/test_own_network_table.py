"""What is said on broken networks, beside a provider that is well or down, as the table has it.

`own_network.txt` is the table, `tests.support.networks` plays it: all rows of a fault in one network of its own.
"""

import asyncio
import json
from typing import Any, cast

import pytest

from tests.support.namespace import play
from tests.support.networks.table import Row, mistakes, rows

DEADLINE_S = 300.0
# What is watched here counts seconds: of all at once some would come too late on two cores, and fail like the network.
AT_ONCE = 12
ROWS = rows()

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1000)]


async def seen_of(fault: str, turns: asyncio.Semaphore) -> list[dict[str, Any]]:
    async with turns, asyncio.timeout(DEADLINE_S):
        played = await play("networks.outside", fault)
    assert played.code == 0, f"{fault}:\n{played.err}"
    return [json.loads(line) for line in played.out.splitlines()]


async def play_all(faults: list[str]) -> dict[str, dict[str, Any]]:
    """Several at once, since most of the time is spent in real time-outs."""
    turns = asyncio.Semaphore(AT_ONCE)
    played = await asyncio.gather(*(seen_of(fault, turns) for fault in faults))
    return {f"{one['fault']}-{one['provider']}-{one['when']}": one for each in played for one in each}


@pytest.fixture(scope="module")
def seen(request: pytest.FixtureRequest) -> dict[str, dict[str, Any]]:
    """What was seen of every row that is asked for, by its name: most of the time is spent in real time-outs."""
    items = [item for item in request.session.items if item.parent is request.node]
    asked = [cast("Row", item.callspec.params["row"]).fault for item in items if isinstance(item, pytest.Function)]
    return asyncio.run(play_all(list(dict.fromkeys(asked))))


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in ROWS])
def test_row(row: Row, seen: dict[str, dict[str, Any]]) -> None:
    assert not mistakes(row, seen[row.name]), seen[row.name]["lines"]


AFTER = [row._replace(when="after") for row in ROWS if row.when == "running"]


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in AFTER])
def test_all_is_well_after(row: Row, seen: dict[str, dict[str, Any]]) -> None:
    after = seen[row.name]
    assert after["well"], (after["lines"], after["meanwhile"])
