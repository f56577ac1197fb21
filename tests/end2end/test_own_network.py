"""Is it me or is it them: a whole small internet in a network namespace, broken in every way that rule 1 knows."""

import asyncio
import sys

import pytest

from tests.support.namespace import own_namespace
from tests.support.own_network import BREAKS, PRIVATE
from tests.support.own_network_turns import STORIES

# What the programs do stands in `tests.support.own_network` and `own_network_turns`; each asserts for itself.
SCENES = [("own_network", scene) for scene in (*BREAKS, *PRIVATE, "blocked", "down", "last_known")]
TURNS = [("own_network_turns", story) for story in STORIES]


async def play(program: str, scene: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        *own_namespace(mounts=True),
        sys.executable,
        "-m",
        f"tests.support.{program}",
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
@pytest.mark.parametrize("scenes", [SCENES, TURNS], ids=["one trouble", "two in turn"])
async def test_every_broken_step_is_grey_named_untold_and_over_when_it_is_over(scenes: list[tuple[str, str]]) -> None:
    """All at once, since most of the time is spent in real time-outs."""
    ended = dict(zip(scenes, await asyncio.gather(*(play(*scene) for scene in scenes)), strict=True))
    failed = {scene: said for scene, (code, said) in ended.items() if code != 0}
    assert not failed, "\n".join(f"{scene}:\n{said}" for scene, said in failed.items())
