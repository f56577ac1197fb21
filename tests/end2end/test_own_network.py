"""Is it me or is it them: a whole small internet in a network namespace, broken in every way that rule 1 knows."""

import asyncio
import sys

import pytest

from tests.support.namespace import own_namespace
from tests.support.own_network import BREAKS, PRIVATE

# What the programs do stands in `tests.support.own_network`; each asserts for itself.
SCENES = (*BREAKS, *PRIVATE, "blocked", "down", "last_known")


async def play(scene: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        *own_namespace(mounts=True),
        sys.executable,
        "-m",
        "tests.support.own_network",
        scene,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode, said.decode()


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_every_broken_step_is_grey_named_untold_and_over_when_it_is_over() -> None:
    """All at once, since most of the time is spent in real time-outs."""
    ended = dict(zip(SCENES, await asyncio.gather(*map(play, SCENES)), strict=True))
    failed = {scene: said for scene, (code, said) in ended.items() if code != 0}
    assert not failed, "\n".join(f"{scene}:\n{said}" for scene, said in failed.items())
