"""All providers of the catalogue at once, well, in trouble one at a time, and with the own network away, as a table.

`all_providers.txt` is the table, `tests.support.standins` plays it; `python -m tests.bench.all_providers` plays all of
its rows and prints them.
"""

import asyncio
import json
from typing import Any

import pytest

from tests.support.namespace import play
from tests.support.standins.table import mistakes, rows

ROWS = rows()
PLAYED = tuple(ROWS)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def seen() -> dict[str, dict[str, Any]]:
    """What was seen of the rows that are played here, by situation."""
    played = asyncio.run(play("standins.stage", *PLAYED, mounts=True))
    assert played.code == 0, played.err
    return {one["situation"]: one for one in map(json.loads, played.out.splitlines())}


@pytest.mark.parametrize("situation", PLAYED)
def test_row(situation: str, seen: dict[str, dict[str, Any]]) -> None:
    assert not mistakes(ROWS[situation], seen[situation]), seen[situation]
