"""A disk that is full or read-only, the kernel's own: the program goes on, says so once, and loses nothing."""

import asyncio
import sys

import pytest

from tests.support.namespace import own_namespace


@pytest.mark.parametrize("story", ["full", "read_only"])
async def test_what_was_stored_outlives_a_disk_that_refuses(story: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *own_namespace(mounts=True),
        sys.executable,
        "-m",
        "tests.support.small_disk",
        story,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, said.decode()
    # The log tells of it once, too.
    assert said.decode().count("going on without the disk") == 1, said.decode()
