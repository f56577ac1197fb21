"""Who speaks Anthropic's Messages moves to a local server that speaks them, and to no other."""

import json
import sys
from pathlib import Path
from typing import Any

import aiohttp

from tests.support import llama_server, ollama
from tests.support.gguf import write_tiny_gguf
from tests.support.ports import free_port
from tests.support.scene import OVERLOADED, Acme, Scene
from tests.support.strict_readers import messages_answer
from trayapp.core.light.severity import Light
from trayapp.core.switching.route import Endpoint
from trayapp.core.switching.target import TargetState
from trayapp.demo.target import MODEL, SimulatedTarget

ASKED = {"model": "claude-9", "max_tokens": 4, "messages": [{"role": "user", "content": "Hello"}]}


def brain() -> Acme:
    return Acme("brain", components=("messages",), dialects=("anthropic",))


def settings(server: str, url: str) -> str:
    return f'[local]\nserver = "{server}"\nurl = "{url}"\n[gateway]\nport = {free_port()}\nanthropic = "brain"\n'


async def ask(scene: Scene, path: str, body: dict[str, Any]) -> tuple[int, str, bytes]:
    """As Claude Code asks: by the bare address, with its token as key."""
    url = f"{scene.engine.switch.gateway_url}{path}"
    headers = {"x-api-key": scene.engine.switch.tokens.add("claude-code"), "anthropic-version": "2023-06-01"}
    async with aiohttp.ClientSession() as session, session.post(url, json=body, headers=headers) as got:
        return got.status, got.headers.get("x-llm-ampel-route", ""), await got.read()


async def test_llama_cpp_answers_in_its_place(tmp_path: Path) -> None:
    file = write_tiny_gguf(tmp_path / "tiny.gguf")
    async with llama_server.running(file) as url, Scene(brain(), settings=settings("llama-server", url)) as scene:
        await scene.until(lambda s: s.target.state is TargetState.READY, "a target that is ready")
        scene["brain"].api(OVERLOADED)
        await scene.until(lambda s: s.judgement.light is Light.RED, "red")
        await scene.until(lambda s: s.offer.down == ("brain",), "the offer")
        switch = scene.engine.switch
        assert (await switch.to_local()).providers == ("brain",)
        status, route, body = await ask(scene, "/v1/messages?beta=true", ASKED | {"stream": True})
        assert (status, route) == (200, "local; user")
        assert body.startswith(b"event: message_start\n")
        assert json.loads(body.rpartition(b"data: ")[2]) == {"type": "message_stop"}
        status, route, body = await ask(scene, "/v1/messages", ASKED)
        assert (status, json.loads(body)["type"]) == (200, "message")
        status, _, body = await ask(scene, "/v1/messages/count_tokens?beta=true", ASKED)
        assert (status, json.loads(body)["input_tokens"] > 0) == (200, True)
        words = "the light is green " * 2000
        status, _, body = await ask(scene, "/v1/messages", ASKED | {"system": words})
        assert (status, json.loads(body)["error"]["message"].partition(":")[0]) == (400, "prompt is too long")


async def test_one_that_speaks_only_chat_answers_in_its_place_as_well() -> None:
    target = SimulatedTarget()
    await target.start()
    try:
        async with Scene(brain(), Acme("acme"), settings=settings("openai-compatible", target.url)) as scene:
            await scene.until(lambda s: s.target.state is TargetState.READY, "a target that is ready")
            assert scene.engine.snapshot().target.speaks == (Endpoint.CHAT_COMPLETIONS,)
            scene["brain"].api(OVERLOADED)
            await scene.until(lambda s: s.offer.down == ("brain",), "the offer")
            assert (await scene.engine.switch.to_local()).providers == ("brain",)
            status, route, body = await ask(scene, "/v1/messages", ASKED)
            assert (status, route, json.loads(body)["model"]) == (200, "local; user", MODEL)
            status, route, body = await ask(scene, "/v1/messages", ASKED | {"stream": True})
            assert (status, route, messages_answer(body)["model"]) == (200, "local; user", MODEL)
            await scene.until(lambda s: s.routes["brain"].answered == 2, "both to be counted")
    finally:
        await target.close()


async def test_one_that_was_never_up_is_offered_and_answers() -> None:
    """Nobody knows what it speaks before it is started."""
    url = f"http://127.0.0.1:{free_port()}"
    start = json.dumps([sys.executable, ollama.__file__])
    local = settings("ollama", url).replace("[gateway]", f'model = "qwen3:8b"\nstart = {start}\n[gateway]')
    async with Scene(brain(), settings=local) as scene:
        await scene.until(lambda s: s.target.code == "local_not_running", "a target that can be started")
        scene["brain"].api(OVERLOADED)
        await scene.until(lambda s: s.offer.down == ("brain",), "the offer")
        assert (await scene.engine.switch.to_local()).providers == ("brain",)
        status, _, body = await ask(scene, "/v1/messages", ASKED)
        assert (status, json.loads(body)["type"]) == (200, "message")
