"""Is it me or is it them: a whole small internet in a network namespace, broken in every way that rule 1 knows."""

import asyncio

import pytest

from tests.support.namespace import play
from tests.support.own_network import BREAKS, PRIVATE
from tests.support.own_network_turns import STORIES

# What the programs do stands in `tests.support.own_network` and `own_network_turns`; each asserts for itself.
SCENES = [("own_network", scene) for scene in (*BREAKS, *PRIVATE, "blocked", "down", "last_known")]
TURNS = [("own_network_turns", story) for story in STORIES]


@pytest.mark.slow
@pytest.mark.timeout(240)
@pytest.mark.parametrize("scenes", [SCENES, TURNS], ids=["one trouble", "two in turn"])
async def test_every_broken_step_is_grey_named_untold_and_over_when_it_is_over(scenes: list[tuple[str, str]]) -> None:
    """All at once, since most of the time is spent in real time-outs."""
    ended = await asyncio.gather(*(play(*scene, mounts=True) for scene in scenes))
    failed = [f"{scene}:\n{one.out}{one.err}" for scene, one in zip(scenes, ended, strict=True) if one.code != 0]
    assert not failed, "\n".join(failed)
