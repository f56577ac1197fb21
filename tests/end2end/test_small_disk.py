"""A disk that is full or read-only, the kernel's own: the program goes on, says so once, and loses nothing."""

import pytest

from tests.support.namespace import play


@pytest.mark.parametrize("story", ["full", "read_only"])
async def test_what_was_stored_outlives_a_disk_that_refuses(story: str) -> None:
    played = await play("small_disk", story, mounts=True)
    assert played.code == 0, played.err
    # The log tells of it once, too, of each file. A history that is closed sets the room of its log free, into which
    # one write more may fit, and then it is news again that none does.
    assert played.err.count("going on without the disk: store") == 1, played.err
    assert played.err.count("going on without the disk: journal") in (1, 2), played.err
