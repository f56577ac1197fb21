"""Plays a row of the table of faults through a real gateway: one tool, one provider, one target, one request."""

import asyncio
import ssl
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from msgspec import structs

from tests.support.fakeclock import FakeClock
from tests.support.fault_provider import FaultProvider
from tests.support.fault_seen import seen
from tests.support.fault_table import Column
from tests.support.faults import FAULTS, Door
from tests.support.gatewaybed import LOCAL_MODEL, Bed
from tests.support.httpserver import Authority
from tests.support.messagesbed import BRAIN_KEY, VERSION, brain
from tests.support.voices import CHAT, MESSAGES, RESPONSES, Voice
from trayapp.core.catalogue import Provider
from trayapp.core.evidence.connection import NetworkStatus
from trayapp.core.evidence.observation import NetworkState
from trayapp.core.light.severity import Finding, Light
from trayapp.core.light.verdicts import Judgement, ServiceVerdict
from trayapp.core.switching.auto_mode import AutoMode
from trayapp.core.switching.limits import Limits
from trayapp.core.switching.route import Mode, Policy, To
from trayapp.core.switching.target import TargetState, TargetStatus
from trayapp.gateway.limits import GatewayLimits, Patience
from trayapp.net.trust import Trust
from trayapp.settings.schema import ProviderSettings, ToolSettings

SHORT_S, SLOW_S, LONG_S, HOLD_S = 1.0, 1.5, 20.0, 0.2
"""Until somebody is given up: who is silent for ever; who is slow, for longer than this, with signs of life; anybody
else, for whom a busy machine may need a moment. And how long a stream is held back after its first sign of life."""
DEADLINE_S = 45.0
"""Whoever has not been answered by then hangs."""
SMALL, LARGE = 32_768, 262_144
_CODEX = {"User-Agent": "codex_cli_rs/0.171.0 (Linux 6.8; x86_64) xterm", "originator": "codex_cli_rs"}
Question = Callable[[Voice], dict[str, Any]]


def _nothing_more(voice: Voice) -> dict[str, Any]:
    return {}


def _resting(voice: Voice) -> dict[str, Any]:
    """On what the provider keeps, or on what runs there."""
    rests: dict[str, dict[str, Any]] = {
        "chat": {"messages": [{"role": "user", "content": [{"type": "file", "file": {"file_id": "file-1"}}]}]},
        "responses": {"previous_response_id": "resp_1"},
        "messages": {"tools": [{"type": "web_search_20250305", "name": "web_search"}]},
    }
    return rests[voice.name]


def _prefilled(voice: Voice) -> dict[str, Any]:
    name = "input" if voice is RESPONSES else "messages"
    said = [{"role": "user", "content": "Hello?"}, {"role": "assistant", "content": "I would"}]
    return {name: [{"type": "message", **one} for one in said] if voice is RESPONSES else said}


def _foreign(voice: Voice) -> dict[str, Any]:
    """A conversation with a thought of another model's in it."""
    if voice is RESPONSES:
        thought = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "Zm9yZWlnbg=="}
        said = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hello."}]}
        return {"input": [*voice.question["input"], thought, said, *voice.question["input"]]}
    thought = {"type": "thinking", "thinking": "Hm.", "signature": "Zm9yZWlnbg=="}
    said = {"role": "assistant", "content": [thought, {"type": "text", "text": "Hello."}]}
    return {"messages": [*voice.question["messages"], said, *voice.question["messages"]]}


class Scene(NamedTuple):
    """What is played. `fault`: the provider's, `target`: the target's, None where there is none. `here`: it is about
    the target, which is asked at once where nothing moves by itself. `before`: requests that came before."""

    fault: str
    target: str | None = "nothing"
    here: bool = False
    more: Question = _nothing_more
    path: str | None = None
    headers: Mapping[str, str] = MappingProxyType({})
    policy: Policy = Policy.SWITCH
    context: int = SMALL
    red: bool = False
    before: int = 0


DOWN = "503 for ever"
RETRIED = {"x-stainless-retry-count": "1"}
SCENES: dict[str, Scene] = {
    "context overflow, the target is larger": Scene("context overflow", context=LARGE),
    "context overflow, nobody knows by how much, the target is larger": Scene(
        "context overflow, nobody knows by how much", context=LARGE
    ),
    "what another model wrote, refused once": Scene("what another model wrote, refused once", more=_foreign),
    "what another model wrote, refused twice": Scene("what another model wrote, refused twice", more=_foreign),
    "rests on the provider: 503 for ever": Scene(DOWN, more=_resting),
    "rests on the provider: connection refused": Scene("connection refused", more=_resting),
    "rests on the provider: reset": Scene("reset before the head", more=_resting),
    "rests on the provider: silence": Scene("silence before the head", more=_resting),
    "rests on the provider: cut": Scene("cut after two thirds, no HTTP end", more=_resting),
    "embeddings, 503 for ever": Scene(DOWN, path="/v1/embeddings"),
    "a file, 503 for ever": Scene(DOWN, path="/v1/files"),
    "asked again by the tool, 503": Scene(DOWN, headers=RETRIED),
    "a tool that is to fail, 503": Scene(DOWN, policy=Policy.FAIL),
    "a tool that waits, 503": Scene(DOWN, policy=Policy.WAIT),
    "a tool that multiplies, 503": Scene(DOWN, headers=_CODEX),
    "a tool that multiplies, reset": Scene("reset before the head", headers=_CODEX),
    "a tool that multiplies, 429": Scene("429, no Retry-After", headers=_CODEX),
    "no target, 503": Scene(DOWN, None),
    "no target, reset": Scene("reset before the head", None),
    "no target, silence in mid-stream": Scene("silence in mid-stream", None),
    "no target, a tool that multiplies, 503": Scene(DOWN, None, headers=_CODEX),
    "no target, a tool that multiplies, reset": Scene("reset before the head", None, headers=_CODEX),
    "a kept connection ends, then 503": Scene("a kept connection ends, then 503", before=1),
    "a kept connection ends, so does a new one": Scene("a kept connection ends, so does a new one", before=1),
    "red, 503": Scene(DOWN, red=True),
    "the breaker is open, 503": Scene(DOWN, before=3),
    "target: dies before its head": Scene(DOWN, "reset before the head", here=True),
    "target: dies in mid-stream": Scene(DOWN, "cut after two thirds, no HTTP end", here=True),
    "target: leaves out the end": Scene(DOWN, "cut after two thirds, clean HTTP end", here=True),
    "target: first event an error": Scene(DOWN, "first event an error", here=True),
    "target: refuses prefill": Scene(DOWN, "refuses prefill", here=True, more=_prefilled),
    "target: 500 for ever": Scene(DOWN, "500 for ever", here=True),
    "target: HTML 200": Scene(DOWN, "HTML 200", here=True),
    "target: busy once": Scene(DOWN, "503 once", here=True),
    "target: stays silent": Scene(DOWN, "silence before the head", here=True),
    "target: silent in mid-stream": Scene(DOWN, "silence in mid-stream", here=True),
    "target: down, both are": Scene(DOWN, "connection refused", here=True),
    "target: down, a tool that multiplies": Scene(DOWN, "connection refused", here=True, headers=_CODEX),
}
"""Those that are more than a fault of the provider's."""


class Played(NamedTuple):
    """`cell`: as in the table. `first_s`: from the request to the first byte of its answer."""

    cell: str
    first_s: float


class PlayBed(Bed):
    """A provider that speaks one dialect and has a fault, and a target that speaks chat and Responses."""

    def __init__(self, voice: Voice, scene: Scene, column: Column, authority: Authority) -> None:
        trusted = _trusted(authority)
        super().__init__(
            limits=_limits(scene), trust=Trust(lambda: trusted, lambda: trusted), auto=AutoMode(column.mode)
        )
        self.voice, self.scene, self.column = voice, scene, column
        self._asked = 0
        tls = "TLS" in scene.fault or "certificate" in scene.fault
        self.cloud = self.provider = FaultProvider(voice, scene.fault, authority=authority if tls else None)
        spoken = CHAT if voice is MESSAGES else voice
        self.local = self.here = FaultProvider(spoken, scene.target or "nothing", who="LOCAL")
        tool = ToolSettings(policy=scene.policy, rescue=column.rescue)
        at_last = _limits(scene).cloud
        first_s, silence_s = at_last.head_s, at_last.silence_s
        limits = ProviderSettings(limits=Limits(at_last.connect_s, first_s, silence_s, first_s, silence_s))
        self.settings = structs.replace(
            self.settings, tools={"editor": tool}, providers={"acme": limits, "brain": limits}
        )

    async def __aenter__(self) -> "PlayBed":
        await super().__aenter__()
        scene = self.scene
        self.target = structs.replace(self.target, context=scene.context)
        if scene.target is None:
            self.target = TargetStatus(TargetState.DOWN, "ollama", LOCAL_MODEL, self.local.url)
        if scene.here and self.column.mode is Mode.MANUAL:
            self.switch(To.LOCAL)
        self.judge(Light.RED if scene.red else Light.GREEN)
        return self

    def others(self) -> dict[str, Provider]:
        self.keyring.keys["brain", self.cloud.netloc] = BRAIN_KEY
        return {"brain": brain(self.cloud.url)}

    def judge(self, light: Light) -> None:
        """What the light says of all providers."""
        services = tuple(
            ServiceVerdict(f"{name}-api", name, name, name, light, Finding.OK, None, 0.0, ())
            for name in self.catalogue.providers
        )
        self.routes.judged(Judgement(0.0, light, services, (), NetworkStatus(NetworkState.ONLINE, 0.0)))

    async def play(self) -> Played:
        """One request, as the table has it."""
        async with asyncio.timeout(DEADLINE_S):
            for _ in range(self.scene.before):
                await self.ask()
            return await self.ask()

    async def ask(self) -> Played:
        scene, voice = self.scene, self.voice
        asked_before = len(self.provider.requests)
        self._asked += 1
        # The same once more would be taken for what a tool repeats.
        body = voice.question | scene.more(voice) | {"user": f"request {self._asked}", "stream": self.column.streams}
        headers: dict[str, str | None] = {"Accept-Encoding": "gzip", **scene.headers}
        if voice is MESSAGES:
            headers |= {"Authorization": None, "x-api-key": self.token, "anthropic-version": VERSION}
        began = time.perf_counter()
        async with self.client() as client:
            await client.send(self.request("POST", scene.path or voice.path, body, headers))
            await client.reader.readexactly(1)
            first_s = time.perf_counter() - began
            # The status line is read by its second word alone.
            got = await client.receive()
        number = len(self.provider.requests) - asked_before
        assert number <= 2, f"the provider was asked {number} times"
        sent = await self.provider.said() if number else None
        return Played(f"{seen(got, sent, voice, streams=self.column.streams)} {number}", first_s)


def _limits(scene: Scene) -> GatewayLimits:
    """Those that its fault has to meet are short."""

    def patience(fault: str) -> Patience:
        waits_s = SHORT_S if "silence" in fault else SLOW_S if "slow" in fault else LONG_S
        at_door_s = SHORT_S if FAULTS[fault].door is Door.SILENT else LONG_S
        return Patience(at_door_s, waits_s, waits_s)

    cloud, local = patience(scene.fault), patience(scene.target or "nothing")
    return GatewayLimits(cloud=cloud, local=local, cold_s=LONG_S, hold_s=HOLD_S)


@lru_cache
def _trusted(authority: Authority) -> ssl.SSLContext:
    return authority.trust()


Act = Callable[[PlayBed], None]


def _has(fault: str) -> Act:
    return lambda bed: bed.provider.begin(fault)


def _recovers(bed: PlayBed) -> None:
    """The provider is well again, and a probe, which had seen it fail, sees that."""
    for good in (False, True):
        bed.auto.probed("brain" if bed.voice is MESSAGES else "acme", bed.clock.now(), good=good)
    bed.provider.begin("nothing")


def _flaps(bed: PlayBed) -> None:
    """Five seconds well, five seconds not, and one request a second."""
    assert isinstance(bed.clock, FakeClock)
    bed.clock.move(1.0)
    bed.provider.begin("nothing" if int(bed.clock.now()) // 5 % 2 else DOWN)


STORIES: dict[str, list[Act]] = {
    "an outage": [_has(DOWN)] * 5,
    "an outage while the light is red": [lambda bed: bed.judge(Light.RED)] * 2,
    "well again, and a probe says so": [*[_has(DOWN)] * 4, _recovers, _has("nothing")],
    "every second request fails": [lambda bed: None] * 3,
    "flapping for a minute, 5 s and 5 s": [_flaps] * 60,
}
"""What happens before each request."""


async def play_story(voice: Voice, name: str, column: Column, authority: Authority) -> list[str]:
    """The cells of each request."""
    fault = "every second request fails" if "every second" in name else DOWN
    bed = PlayBed(voice, Scene(fault), column, authority)
    if "flapping" in name:
        bed.clock = FakeClock()
    async with bed:
        cells = []
        for act in STORIES[name]:
            act(bed)
            cells.append((await bed.play()).cell)
        return cells


async def play(voice: Voice, fault: str, column: Column, authority: Authority) -> Played:
    async with PlayBed(voice, SCENES.get(fault) or Scene(fault), column, authority) as bed:
        return await bed.play()
