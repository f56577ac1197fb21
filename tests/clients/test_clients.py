"""Every tool works through the gateway as it does without it."""

from pathlib import Path

import pytest

from tests.clients.scenes import Scene, fair, play, playable
from tests.clients.stand import Route, Stand
from tests.clients.tools import TOOLS, Tool

pytestmark = [pytest.mark.clients, pytest.mark.timeout(600)]

CELLS = [
    pytest.param(tool, scene, route, id=f"{tool.name}-{scene}-{route}")
    for tool in TOOLS
    for route in Route
    for scene in Scene
    if playable(tool, scene, route, straight=False)
]


@pytest.mark.parametrize(("tool", "scene", "route"), CELLS)
async def test_it_works_through_the_gateway_as_it_does_straight(
    tool: Tool, scene: Scene, route: Route, tmp_path: Path
) -> None:
    stand = Stand()
    async with stand.standing(tmp_path, llama=route is Route.LLAMA):
        straight = None
        if playable(tool, scene, route, straight=True):
            straight = await play(stand, tool, scene, route, tmp_path / "straight", straight=True)
        through = await play(stand, tool, scene, route, tmp_path / "through", straight=False)
    assert fair(straight, through), f"straight: {straight}\nthrough the gateway: {through}"
