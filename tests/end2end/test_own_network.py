"""Is it me or is it them: a whole small internet in a network namespace, broken in every way that rule 1 knows."""

import asyncio

import pytest

from tests.support.namespace import Played, play
from tests.support.own_network import BREAKS, PRIVATE
from tests.support.own_network_turns import STORIES

# What the programs do stands in `tests.support.own_network` and `own_network_turns`; each asserts for itself.
SCENES = [("own_network", scene) for scene in (*BREAKS, *PRIVATE, "blocked", "down", "last_known")]
TURNS = [("own_network_turns", story) for story in STORIES]


pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def ended() -> dict[tuple[str, str], Played]:
    """All at once, since most of the time is spent in real time-outs."""

    async def play_all() -> list[Played]:
        return await asyncio.gather(*(play(*scene, mounts=True) for scene in (*SCENES, *TURNS)))

    return dict(zip((*SCENES, *TURNS), asyncio.run(play_all()), strict=True))


@pytest.mark.parametrize("scene", [*SCENES, *TURNS], ids=" ".join)
def test_every_broken_step_is_grey_named_untold_and_over_when_it_is_over(
    scene: tuple[str, str], ended: dict[tuple[str, str], Played]
) -> None:
    one = ended[scene]
    assert one.code == 0, one.out + one.err
