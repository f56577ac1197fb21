"""The way home: conversations that begin in the cloud, go on at the local model, and return to a provider that takes no
other model's work."""

import gzip
import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from msgspec import structs

from tests.support.gatewaybed import CHAT, Got
from tests.support.httpserver import Behaviour, answer
from tests.support.messagesbed import MESSAGES, MessagesBed
from tests.support.strict_provider import StrictProvider, local_chat, local_messages, local_responses
from tests.support.strict_readers import messages_answer
from trayapp.core.evidence.observation import Outcome
from trayapp.core.switching.auto_mode import AutoMode
from trayapp.core.switching.route import Endpoint, Mode, To
from trayapp.gateway.events import Events

RESPONSES = "/v1/responses"
TOOL = {"type": "object", "properties": {"path": {"type": "string"}}}
FUNCTION = {"name": "ls", "parameters": TOOL}
CLEARING = {"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]}
Item = dict[str, Any]


class Way(NamedTuple):
    """How a tool of one dialect talks. `request`: what it sends beside the conversation. `said`: what it keeps of an
    answer. `results`: what it sends for the calls in that. `text`: what was said to the user."""

    path: str
    name: str
    request: Item
    said: Callable[[Item], list[Item]]
    results: Callable[[list[Item]], list[Item]]
    text: Callable[[Item], str]


def _results(said: list[Item]) -> list[Item]:
    used = [block["id"] for block in said[0]["content"] if block["type"] == "tool_use"]
    results = [{"type": "tool_result", "tool_use_id": each, "content": "a.txt"} for each in used]
    return [{"role": "user", "content": results}] if results else []


def messages(thinking: Item, **more: Any) -> Way:
    return Way(
        MESSAGES,
        "messages",
        {"model": "claude-9", "max_tokens": 4096, "thinking": thinking, "tools": [{"name": "ls", "input_schema": TOOL}]}
        | more,
        lambda answer: [{"role": "assistant", "content": answer["content"]}],
        _results,
        lambda answer: str(answer["content"][-1].get("text", "")),
    )


WAYS = {
    "adaptive thinking": messages({"type": "adaptive"}, context_management=CLEARING),
    "a budget of thinking": messages({"type": "enabled", "budget_tokens": 1024}, context_management=CLEARING),
    "no thinking": messages({"type": "disabled"}),
    "responses": Way(
        RESPONSES,
        "input",
        {
            "model": "gpt-5",
            "store": False,
            "include": ["reasoning.encrypted_content"],
            "tools": [{"type": "function"} | FUNCTION],
        },
        lambda answer: answer["output"],
        lambda said: [
            {"type": "function_call_output", "call_id": item["call_id"], "output": "a.txt"}
            for item in said
            if item["type"] == "function_call"
        ],
        lambda answer: answer["output"][-1].get("content", [{"text": ""}])[0]["text"],
    ),
    "chat": Way(
        CHAT,
        "messages",
        {"model": "gpt-4", "tools": [{"type": "function", "function": FUNCTION}]},
        lambda answer: [answer["choices"][0]["message"]],
        lambda said: [
            {"role": "tool", "tool_call_id": call["id"], "content": "a.txt"} for call in said[0].get("tool_calls") or ()
        ],
        lambda answer: answer["choices"][0]["message"].get("content") or "",
    ),
}


def read(way: Way, got: Got) -> Item:
    """The answer, as a library puts it together."""
    if got.headers["content-type"] != "text/event-stream":
        return dict(got.json)
    if way.path == MESSAGES:
        return messages_answer(got.body)
    told = [json.loads(data) for data in Events().feed(got.body) if data != b"[DONE]"]
    if way.path == RESPONSES:
        return dict(told[-1]["response"])
    message: Item = {}
    for chunk in told:
        message |= {name: value for name, value in chunk["choices"][0]["delta"].items() if name != "role" or value}
    calls = [{name: value for name, value in call.items() if name != "index"} for call in message.get("tool_calls", ())]
    return {"choices": [{"message": message | ({"tool_calls": calls} if calls else {})}]}


class Talk:
    """One tool and its conversation."""

    def __init__(self, bed: MessagesBed, way: Way, *, streams: bool = False, packed: bool = False) -> None:
        self._bed = bed
        self._way = way
        self._streams = streams
        self._packed = packed
        self.said: list[Item] = []
        self.source = ""

    async def say(self) -> str:
        """Ask something, carry out what the model wants carried out; what it says then."""
        self.said.append({"role": "user", "content": "What is here?"})
        for _ in range(3):
            answer = await self.ask()
            said = self._way.said(answer)
            self.said += said
            results = self._way.results(said)
            if not results:
                return self._way.text(answer)
            self.said += results
        raise AssertionError("it calls tools for ever")

    async def ask(self) -> Item:
        body = self._way.request | {self._way.name: self.said} | ({"stream": True} if self._streams else {})
        raw: Any = gzip.compress(json.dumps(body).encode()) if self._packed else body
        headers = {"Content_Encoding": "gzip"} if self._packed else {}
        if self._way.path == MESSAGES:
            got = await self._bed.ask(raw, **headers)
        else:
            got = await self._bed.post(raw, path=self._way.path, **headers)
        assert got.status == 200, got.body
        self.source = got.headers["x-llm-ampel-route"]
        return read(self._way, got)


class HomeBed(MessagesBed):
    """A strict provider on each side, and a local server that speaks `speaks` itself."""

    def __init__(self, *speaks: Endpoint, **how: Any) -> None:
        super().__init__(**how)
        self._speaks = speaks
        self.strict = StrictProvider()

    async def __aenter__(self) -> "HomeBed":
        await super().__aenter__()
        self.target = structs.replace(self.target, speaks=(Endpoint.CHAT_COMPLETIONS, *self._speaks))
        self.cloud.on(CHAT, self.strict.chat)
        self.cloud.on(RESPONSES, self.strict.responses)
        self.brain.on(MESSAGES, self.strict.messages)
        here: dict[str, Behaviour] = {CHAT: local_chat, RESPONSES: local_responses, MESSAGES: local_messages()}
        for path, behaviour in here.items():
            self.local.on(path, behaviour)
        return self

    def asked(self) -> int:
        """How often a provider was asked."""
        return len(self.cloud.requests) + len(self.brain.requests)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("direct", [True, False], ids=["direct", "translated"])
@pytest.mark.parametrize("streams", [True, False], ids=["streamed", "plain"])
async def test_a_conversation_goes_local_for_three_turns_and_comes_home(way: Way, direct: bool, streams: bool) -> None:
    async with HomeBed(*((Endpoint.MESSAGES, Endpoint.RESPONSES) if direct else ())) as bed:
        talk = Talk(bed, way, streams=streams)
        assert await talk.say() == "From the cloud."
        assert bed.strict.refused == []
        bed.switch(To.LOCAL)
        before = bed.asked()
        for _ in range(3):
            assert await talk.say() == "From here."
        assert bed.asked() == before
        bed.switch(To.CLOUD)
        for _ in range(2):
            before = bed.asked()
            # A turn is two requests of the tool's.
            assert await talk.say() == "From the cloud."
            assert talk.source == "cloud; back_home"
            assert bed.asked() - before <= 4


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("direct", [True, False], ids=["direct", "translated"])
async def test_a_turn_that_the_local_model_began_ends_in_the_cloud(way: Way, direct: bool) -> None:
    async with HomeBed(*((Endpoint.MESSAGES, Endpoint.RESPONSES) if direct else ())) as bed:
        talk = Talk(bed, way, packed=True)
        assert await talk.say() == "From the cloud."
        bed.switch(To.LOCAL)
        talk.said.append({"role": "user", "content": "And now?"})
        said = way.said(await talk.ask())
        talk.said += said + way.results(said)
        assert way.results(said)
        bed.switch(To.CLOUD)
        before = bed.asked()
        assert way.text(await talk.ask()) == "From the cloud."
        assert bed.asked() - before <= 2


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_what_auto_mode_had_answered_elsewhere_comes_home_too(way: Way) -> None:
    async with HomeBed(Endpoint.MESSAGES, Endpoint.RESPONSES, auto=AutoMode(Mode.AUTO)) as bed:
        server = bed.brain if way.path == MESSAGES else bed.cloud
        well: Behaviour = getattr(bed.strict, {CHAT: "chat", RESPONSES: "responses", MESSAGES: "messages"}[way.path])
        fails = answer(503, {"error": {"type": "api_error", "message": "Oh"}})
        server.on(way.path, well, well, fails, fails, well)
        talk = Talk(bed, way)
        assert await talk.say() == "From the cloud."
        # The first request of this turn is answered here, the one with the result of its call in the cloud.
        before = bed.asked()
        assert await talk.say() == "From the cloud."
        assert talk.source == "cloud; default"
        assert bed.asked() - before <= 4


async def test_what_is_asked_once_more_is_evidence_of_a_good_answer() -> None:
    async with HomeBed(Endpoint.MESSAGES) as bed:
        talk = Talk(bed, WAYS["adaptive thinking"])
        bed.switch(To.LOCAL)
        await talk.say()
        bed.switch(To.CLOUD)
        talk.said.append({"role": "user", "content": "And now?"})
        await talk.ask()
        seen = [await bed.told(1), await bed.told(2)]
        assert [(one.outcome, one.code) for one in seen] == [(Outcome.GOOD, "http_400"), (Outcome.GOOD, "http_200")]
        assert [one.badge for one in seen] == [None, None]
        assert len(bed.strict.refused) == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (MESSAGES, {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}),
        (RESPONSES, {"model": "m", "input": "Hi"}),
        (CHAT, {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}),
    ],
)
@pytest.mark.parametrize(
    "words", ["max_tokens: Field required", "messages.1.content.0: Invalid `signature` in `thinking` block"]
)
@pytest.mark.parametrize("status", [400, 404, 422])
@pytest.mark.parametrize("mode", Mode)
async def test_any_other_refusal_is_passed_on_as_it_is(
    path: str, body: Any, words: str, status: int, mode: Mode
) -> None:
    """Even one in these very words, where nothing of another model's is in what was asked."""
    async with HomeBed(auto=AutoMode(mode)) as bed:
        refusal = b'{"type": "error",  "error": {"type": "invalid_request_error", "message": "%s"}}' % words.encode()
        for server in (bed.cloud, bed.brain):
            server.on(path, answer(status, refusal))
        got = await (bed.ask(body) if path == MESSAGES else bed.post(body, path=path))
        assert (got.status, got.body, bed.asked()) == (status, refusal, 1)


async def test_a_provider_that_refuses_once_more_has_the_last_word() -> None:
    async with HomeBed(Endpoint.MESSAGES) as bed:
        words = {
            "type": "invalid_request_error",
            "message": "messages.1.content.0: Invalid `signature` in `thinking` block",
        }
        bed.brain.on(MESSAGES, answer(400, {"type": "error", "error": words}))
        hi = {"role": "user", "content": "Hi"}
        said = {"role": "assistant", "content": [{"type": "thinking", "thinking": "Hm", "signature": ""}]}
        asked = {"model": "m", "max_tokens": 9, "messages": [hi, said, hi]}
        got = await bed.ask(asked)
        assert (got.status, got.error["message"], bed.asked()) == (400, words["message"], 2)
