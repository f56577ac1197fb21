"""The machine on a network that is only rough: many providers are watched, all of them well, and nobody is down.

Started by `outside` in place of `inside`; one line of JSON says what was seen.
"""

import asyncio
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PySide6.QtWidgets import QApplication

from tests.support.commands import run
from tests.support.networks.hosts import API, BOLT, CONTROL_URLS, Watched, known_as
from tests.support.networks.inside import LOOKUPS_AT_ONCE, outside, plug_in, tell, trust_and_resolve
from tests.support.scene import Scene
from trayapp.core.light.severity import Light
from trayapp.ui.kit.label import Label
from trayapp.ui.panel.window import Panel

# Four minutes of it in ten seconds; a try that times out is more than one of them.
RATE = 24.0
ROUGH_S = 240.0
HOSTS = (API, *BOLT.values())


async def main(fault: str, folder: Path) -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(LOOKUPS_AT_ONCE))
    outside("wire")
    plug_in()
    trust_and_resolve(folder)
    watched = [Watched(f"p{number}", page=False, api_server=known_as(host)) for number, host in enumerate(HOSTS)]
    settings = f"[network]\ncontrols = {json.dumps(CONTROL_URLS)}\n"
    async with Scene(*watched, settings=settings, rate=RATE) as scene, scene.listening():
        await scene.until(lambda s: s.judgement.light is Light.GREEN, "green", 60)
        outside("fault")
        began = scene.clock.now()
        await scene.until(lambda s: s.at > began + ROUGH_S, "it to last", 60)
        snapshot = scene.engine.snapshot()
        status, checked = await run("status"), await run("check")
        seen = {
            "lights": sorted({one.light for one in scene.transitions if one.at > began}),
            "network": snapshot.judgement.network.state,
            "status": status.out,
            "check": checked.out,
            "panel": panel_says(scene),
        }
    tell(json.dumps(seen))


def panel_says(scene: Scene) -> str:
    application = QApplication(["panel", "-platform", "offscreen"])
    panel = Panel()
    panel.draw(scene.engine.snapshot())
    words = "\n".join(one.text() for one in panel.findChildren(Label))
    panel.deleteLater()
    application.processEvents()
    return words


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
