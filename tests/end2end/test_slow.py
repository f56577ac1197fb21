"""Slow is yellow: first tokens of the user's own streams, through the real gateway, against their own usual."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from tests.support.fakeclock import LeapingClock
from tests.support.httpserver import Behaviour, Request, events
from tests.support.scene import CHAT_PATH, Acme, Scene, free_port
from trayapp.clock import Clock
from trayapp.core.light.rhythm import WEEKS_AT_LEAST
from trayapp.core.light.severity import Confidence, Finding, Light
from trayapp.core.light.slowness import BASELINE_SAMPLES, SLOW_AT_LEAST_S, SLOW_IN_A_ROW
from trayapp.paths import home
from trayapp.secrets.tokens import Tokens

# Of the clock only the life of slowness matters here: ten minutes have to outlast a few real seconds.
RATE = 40.0
DAY_S = 86_400.0
FEW = 4
SLOW_S = SLOW_AT_LEAST_S + 0.3
PIECE = json.dumps(
    {"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "Hello"}}]}
)


def stream(first_token_s: float) -> Behaviour:
    told = events(PIECE, '{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}', "[DONE]")

    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        await asyncio.sleep(first_token_s)
        await told(writer, request)

    return behave


class Tool:
    """A program of the user's, pointed at the gateway."""

    def __init__(self, url: str, token: str, session: aiohttp.ClientSession) -> None:
        self._url = url
        self.token, self.session = token, session
        self._asked = 10_000
        self._headers = {"authorization": f"Bearer {token}"}

    async def ask(self, provider: str, number: int) -> None:
        body = {"model": "m", "stream": True, "messages": [{"role": "user", "content": f"question {number}"}]}
        url = f"{self._url}/{provider}{CHAT_PATH}"
        async with self.session.post(url, json=body, headers=self._headers) as answer:
            assert answer.status == 200
            assert "Hello" in await answer.text()

    async def ask_quickly(self, provider: str, times: int) -> None:
        """A few at once: fifty would wait for each other on a busy machine, and be slow for that."""
        for _ in range(0, times, FEW):
            await self.ask_at_once(provider, FEW)

    async def ask_at_once(self, provider: str, times: int) -> None:
        self._asked += times
        await asyncio.gather(*(self.ask(provider, self._asked + number) for number in range(times)))


@asynccontextmanager
async def used(*providers: Acme, clock: Clock | None = None) -> AsyncIterator[tuple[Scene, Tool]]:
    """A scene whose gateway a tool uses; every provider has its baseline of quick answers."""
    token = Tokens(home()).add("editor")
    keys = "".join(f'[provider.{one.name}]\nkey = "env:ACME_KEY"\n' for one in providers)
    scene = Scene(
        *providers, settings=f'{keys}[gateway]\nport = {free_port()}\nopenai = "acme"\n', rate=RATE, clock=clock
    )
    async with scene, aiohttp.ClientSession() as session:
        url = scene.engine.switch.gateway_url
        assert url is not None
        tool = Tool(url, token, session)
        for one in providers:
            one.api_server.on(CHAT_PATH, stream(0))
        for number in range(BASELINE_SAMPLES):
            await asyncio.gather(*(tool.ask(one.name, number) for one in providers))
        yield scene, tool


@pytest.fixture(autouse=True)
def acme_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_KEY", "sk-test")


async def test_three_slow_answers_are_yellow_and_a_quick_one_ends_it() -> None:
    async with used(Acme()) as (scene, tool):
        await scene.until(lambda s: s.judgement.light is Light.GREEN, "green")
        await scene.until(lambda s: s.judgement.services[0].confidence is Confidence.ANSWERING, "answering")
        scene["acme"].api_server.on(CHAT_PATH, stream(SLOW_S))
        for number in range(1, SLOW_IN_A_ROW):
            await tool.ask("acme", 1000 + number)
            assert scene.verdict().light is Light.GREEN
        await tool.ask("acme", 2000)
        snapshot = await scene.until(lambda s: s.judgement.light is Light.YELLOW, "yellow")
        verdict = snapshot.judgement.services[0]
        assert verdict.finding is Finding.SLOW
        (slow,) = (one for one in verdict.reasons if one.code == "slow")
        first_token_s, baseline_s = slow.params["first_token_s"], slow.params["baseline_s"]
        assert isinstance(first_token_s, float)
        assert isinstance(baseline_s, float)
        assert first_token_s > SLOW_AT_LEAST_S > 3 * baseline_s
        scene["acme"].api_server.on(CHAT_PATH, stream(0))
        await tool.ask("acme", 3000)
        await scene.until(lambda s: s.judgement.light is Light.GREEN, "green again")


async def test_when_everybody_is_slow_it_is_the_network() -> None:
    async with used(Acme("acme"), Acme("bolt")) as (scene, tool):
        await scene.until(lambda s: s.judgement.light is Light.GREEN, "green")
        for name in ("acme", "bolt"):
            scene[name].api_server.on(CHAT_PATH, stream(SLOW_S))
        for number in range(SLOW_IN_A_ROW):
            await asyncio.gather(*(tool.ask(name, 1000 + number) for name in ("acme", "bolt")))
        # Whoever of the two happens to be first is alone for as long as the other takes.
        fine = [Finding.OK, Finding.OK]
        await scene.until(lambda s: [service.finding for service in s.judgement.services] == fine, "nobody alone")
        # Only while the other is slow as well: its next quick answer leaves this one alone with it.
        scene["bolt"].api_server.on(CHAT_PATH, stream(0))
        await tool.ask("bolt", 3000)
        await scene.until(lambda s: s.judgement.services[0].finding is Finding.SLOW, "slow alone")
        assert scene.verdict("bolt").light is Light.GREEN


async def test_who_is_always_slow_on_mondays_is_slow_on_tuesdays_only() -> None:
    monday, found = datetime(2026, 3, 2, 15, 5, tzinfo=UTC), []
    clock = LeapingClock(monday - timedelta(days=1))
    async with used(Acme(), clock=clock) as (scene, tool):
        for number in range(WEEKS_AT_LEAST + 1):
            # What was quick a week ago is as old as that, and no older.
            clock.leap(monday.timestamp() - DAY_S + 3600.0 * number - clock.now())
            scene["acme"].api_server.on(CHAT_PATH, stream(0))
            await tool.ask_quickly("acme", BASELINE_SAMPLES + SLOW_IN_A_ROW)
            clock.leap(monday.timestamp() - clock.now())
            scene["acme"].api_server.on(CHAT_PATH, stream(SLOW_S))
            if number < WEEKS_AT_LEAST:
                await tool.ask_at_once("acme", BASELINE_SAMPLES // WEEKS_AT_LEAST + SLOW_IN_A_ROW)
            monday += timedelta(weeks=1)
        await scene.stop()
        await scene.start()
        again = Tool(scene.engine.switch.gateway_url or "", tool.token, tool.session)
        for _ in range(2):
            await again.ask_at_once("acme", SLOW_IN_A_ROW)
            scene.engine.evaluate()
            found.append(scene.verdict().finding is Finding.SLOW)
            clock.leap(DAY_S)
    assert found == [False, True]
