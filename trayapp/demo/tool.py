"""A tool for the demo: something on the API that asks again and again, as a program at work would."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from trayapp.clock import Clock
from trayapp.core.snapshot import AnsweredBy, DemoScene
from trayapp.tasks import Tasks

log = logging.getLogger(__name__)

TOOL_NAME = "simulated-tool"
ASK_EVERY_S = 40.0
"""Steady seconds between two requests: three that fail in a row are enough for red, and come within two minutes."""
ASK_AT_MOST_EVERY_S = 0.4
"""Real seconds: where the night hurries, the count must still be readable."""
PATIENCE_S = 20.0
"""Real seconds for one answer: a small model on a laptop says its few words in less."""


class SimulatedTool:
    """Sends chat completions to the gateway, and knows who answered the latest."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._scene = DemoScene()

    def scene(self) -> DemoScene:
        """How it fares; from any thread."""
        return self._scene

    @asynccontextmanager
    async def at_work(self, base_url: str) -> AsyncIterator[None]:
        """Ask at `base_url`, everything before `/chat/completions`, as long as the block lasts."""
        patience = aiohttp.ClientTimeout(total=PATIENCE_S)
        async with aiohttp.ClientSession(timeout=patience) as session, Tasks("simulated tool") as tasks:
            tasks.spawn(self._work(session, f"{base_url}/chat/completions"), "ask")
            yield

    async def _work(self, session: aiohttp.ClientSession, url: str) -> None:
        while True:
            answered = await self._ask(session, url)
            if answered is not None:
                self._scene = DemoScene(answered, self._scene.requests + 1)
            await asyncio.gather(self._clock.sleep(ASK_EVERY_S), asyncio.sleep(ASK_AT_MOST_EVERY_S))

    async def _ask(self, session: aiohttp.ClientSession, url: str) -> AnsweredBy | None:
        """Who answered; None while the gateway is not there yet."""
        # Each asks something else: the same again would be a library's retry, which counts once however often it fails.
        question = {"role": "user", "content": f"Summarise page {self._scene.requests + 1}."}
        body = {"model": "gpt-5", "messages": [question], "max_tokens": 16}
        try:
            headers = {"authorization": "Bearer sk-simulated"}
            async with session.post(url, json=body, headers=headers) as answer:
                await answer.read()
                if answer.status != 200:
                    return AnsweredBy.NOBODY
                local = answer.headers.get("x-llm-ampel-route", "").startswith("local")
                return AnsweredBy.LOCAL if local else AnsweredBy.CLOUD
        except aiohttp.ClientConnectorError:
            return None
        except (aiohttp.ClientError, TimeoutError) as failure:
            log.info("the simulated tool got no answer: %s", type(failure).__name__)
            return AnsweredBy.NOBODY
