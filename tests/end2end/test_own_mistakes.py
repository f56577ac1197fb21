"""A mistake of ours while the tools' requests are booked: they are answered, and it can be seen where one looks."""

from typing import Any

import aiohttp
import pytest

from tests.support.httpserver import answer
from tests.support.scene import CHAT_PATH, Acme, Scene, completion, free_port
from trayapp.control import client
from trayapp.control.messages import AskStatus
from trayapp.engine.state import State
from trayapp.paths import home
from trayapp.secrets.tokens import Tokens


@pytest.mark.expects_log("by a mistake of ours")
async def test_a_mistake_in_the_rules_costs_no_tool_its_answer_and_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    token = Tokens(home()).add("editor")
    text = f"[gateway]\nport = {free_port()}\nopenai = 'acme'\n"
    async with Scene(Acme(), settings=text) as scene, scene.listening():
        scene["acme"].api_server.on(CHAT_PATH, answer(200, completion("acme-1")))
        await scene.until(lambda s: s.gateway_url is not None, "the gateway")
        whole = State.observe

        def broken(state: State, observation: Any) -> None:
            if getattr(observation, "source", None) == "traffic":
                raise ZeroDivisionError
            whole(state, observation)

        monkeypatch.setattr(State, "observe", broken)
        url = f"{scene.engine.switch.gateway_url}/t/{token}/acme/v1/chat/completions"
        async with aiohttp.ClientSession(headers={"authorization": "Bearer sk-of-the-editor"}) as session:
            for number in range(3):
                async with session.post(url, json={"model": f"acme-{number}"}) as got:
                    assert (got.status, await got.json()) == (200, completion("acme-1"))
        await scene.until(lambda s: ("internal", {"kind": "ZeroDivisionError"}) in s.problems, "the problem")
        status = await client.ask(scene.home, AskStatus())
        assert status is not None
        assert [problem.title for problem in status.problems] == ["A mistake in LLM Ampel: ZeroDivisionError"]
