"""A disk that is full or read-only, the kernel's own: the program goes on, says so once, and loses nothing."""

import pytest

from tests.support.namespace import play


@pytest.mark.parametrize("story", ["full", "read_only"])
async def test_what_was_stored_outlives_a_disk_that_refuses(story: str) -> None:
    played = await play("small_disk", story, mounts=True)
    assert played.code == 0, played.err
    # The log tells of it once, too, of each file.
    assert played.err.count("going on without the disk: store") == 1, played.err
    assert played.err.count("going on without the disk: journal") == 1, played.err
