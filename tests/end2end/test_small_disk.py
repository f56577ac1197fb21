"""A disk that is full or read-only, the kernel's own: the program goes on, says so once, and loses nothing."""

import pytest

from tests.support.namespace import play


@pytest.mark.parametrize("story", ["full", "read_only"])
async def test_what_was_stored_outlives_a_disk_that_refuses(story: str) -> None:
    played = await play("small_disk", story, mounts=True)
    assert played.code == 0, played.err
    # The log tells of it once, too, of each file. A history that is closed sets the room of its log free, into which
    # one write more may fit, and then it is news again that none does. A full disk still takes what fits into a log
    # that is there already, so that one of the two may get along until there is room; a frozen one takes nothing.
    times = {file: played.err.count(f"going on without the disk: {file}") for file in ("store", "journal")}
    assert times["store"] <= 1, played.err
    assert times["journal"] <= 2, played.err
    assert sum(times.values()) if story == "full" else all(times.values()), played.err
