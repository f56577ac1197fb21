"""Play everything and print what came of it.

    python -m tests.clients [--tool TEXT] [--scene TEXT] [--route TEXT] [--keep FOLDER]

TEXT is a part of a name; beside the tools there are "llm-comply" and "suites". FOLDER gets what the
tools write. The first run installs them, some gigabytes, into the cache folder.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

from tests.clients import compliance, sdk_suites
from tests.clients.scenes import Outcome, Scene, fair, play, playable
from tests.clients.stand import Route, Stand
from tests.clients.tools import TOOLS


async def _played(told: argparse.Namespace, folder: Path) -> bool:
    stand, good = Stand(), True
    print("| tool | scene | answered by | straight | through the gateway |\n|---|---|---|---|---|", flush=True)
    async with stand.standing(folder):
        cells = [
            (tool, scene, route)
            for tool in TOOLS
            if told.tool.lower() in tool.name.lower()
            for route in Route
            if told.route in route
            for scene in Scene
            if told.scene in scene and playable(tool, scene, route, straight=False)
        ]
        for number, (tool, scene, route) in enumerate(cells):
            straight = None
            if playable(tool, scene, route, straight=True):
                straight = await play(stand, tool, scene, route, folder / f"{number}-straight", straight=True)
            through = await play(stand, tool, scene, route, folder / f"{number}-through", straight=False)
            good = good and fair(straight, through)
            print(f"| {tool.name} | {scene} | {route} | {_cell(straight)} | {_cell(through)} |", flush=True)
            if told.keep is not None:
                said = "\n\n".join(one.output for one in (straight, through) if one is not None)
                (told.keep / f"{tool.name}, {scene}, {route}.txt").write_text(said)
    for name, table in (("llm-comply", compliance.table), ("suites", sdk_suites.table)):
        if told.tool.lower() in name and not (told.scene or told.route):
            good = await table(folder) and good
    return good


def _cell(outcome: Outcome | None) -> str:
    return "" if outcome is None else f"{'works' if outcome.works else 'FAILS'}: {outcome.told}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.clients")
    for name in ("tool", "scene", "route"):
        parser.add_argument(f"--{name}", default="")
    parser.add_argument("--keep", type=Path)
    told = parser.parse_args()
    if told.keep is not None:
        told.keep.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LLM_AMPEL_HOME"] = f"{folder}/ampel"
        good = asyncio.run(_played(told, Path(folder)))
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
