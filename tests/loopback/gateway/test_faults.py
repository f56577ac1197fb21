"""Every fault of the table, played over real sockets through the gateway: in each dialect, streamed and plain, in auto
mode and by hand.

`faults.txt` is the table, `tests.support.fault_play` plays it.
"""

import asyncio
import re

import pytest

from tests.support.fault_play import SCENES, STORIES, play, play_story
from tests.support.fault_table import COLUMNS, NOTHING, Column, Row, Story, rows, stories
from tests.support.faults import FAULTS
from tests.support.httpserver import Authority
from tests.support.voices import VOICES
from trayapp.core.switching.route import Mode

ROWS = rows()
AUTHORITY = Authority()
WHILE_IT_FLAPS = {Mode.AUTO: r"(cloud|local) [012]", Mode.MANUAL: r"(cloud|503) 1"}


def test_there_are_enough_and_each_is_known() -> None:
    names = [row.fault for row in ROWS]
    assert len(names) == len(set(names)) >= 24
    assert set(SCENES) <= set(names)
    assert all(name in FAULTS for name in names if name not in SCENES)
    assert [story.name for story in stories()] == list(STORIES)


@pytest.mark.parametrize("row", [pytest.param(row, id=row.fault) for row in ROWS])
async def test_what_a_tool_and_its_provider_see(row: Row) -> None:
    asked = [
        (voice, column, cell)
        for voice in row.voices
        for column, cell in zip(COLUMNS, row.cells, strict=True)
        if cell != NOTHING
    ]
    played = await asyncio.gather(*(play(voice, row.fault, column, AUTHORITY) for voice, column, _ in asked))
    found = {f"{voice.name}, {column}": one.cell for (voice, column, _), one in zip(asked, played, strict=True)}
    assert found == {f"{voice.name}, {column}": cell for voice, column, cell in asked}


@pytest.mark.parametrize("mode", [Mode.AUTO, Mode.MANUAL])
@pytest.mark.parametrize("story", [pytest.param(story, id=story.name) for story in stories()])
async def test_one_request_after_the_other(story: Story, mode: Mode) -> None:
    """Of a minute that flaps only what holds for each is told."""
    asked = [(voice, Column(mode, streams=streams)) for voice in VOICES.values() for streams in (True, False)]
    played = await asyncio.gather(*(play_story(voice, story.name, column, AUTHORITY) for voice, column in asked))
    for (voice, column), cells in zip(asked, played, strict=True):
        if "each" in getattr(story, mode):
            assert all(re.fullmatch(WHILE_IT_FLAPS[mode], cell) for cell in cells), (voice.name, column, cells)
            assert len({cell[:5] for cell in cells}) == 2 or mode is Mode.AUTO
        else:
            assert ", ".join(cells) == getattr(story, mode), (voice.name, column)
