"""Servers of every dialect whose answers can be told from all others: each names the server, the request's own tag,
and its place in the stream.

tags = Sent()
bed.cloud.on(CHAT, tagged("cloud", SPEECH["chat"], tags))
"""

import asyncio
import hashlib
import itertools
import json
import re
from collections import defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple

from tests.support.chat_stream import answered, chunk
from tests.support.gatewaybed import CHAT, begin, chunks, raw
from tests.support.httpserver import Behaviour, Request, answer, hang_up
from tests.support.messagesbed import MESSAGES, SAID_SO, event
from tests.support.strict_readers import messages_answer, responses_answer

RESPONSES = "/v1/responses"
EVENTS = 8
"""Pieces of a streamed answer: several turns of every loop that it goes through."""
_TAG = re.compile(rb"tag-[0-9-]+")


def tag_of(body: bytes) -> str:
    """The tag that a request's body carries, in whatever dialect."""
    found = _TAG.search(body)
    assert found is not None, body
    return found[0].decode()


def pieces(who: str, tag: str) -> list[str]:
    """What `who` writes for a streamed request."""
    return [f"{who} {tag} {number}, " for number in range(EVENTS)]


class Speech(NamedTuple):
    """One dialect. `ask`: a request's body for a tag. `plain`, `stream`: an answer that says these pieces, whole and
    as the pieces of its body. `told`: what a tool reads of a body, streamed or not, however strict it is."""

    path: str
    ask: Callable[[str], dict[str, Any]]
    plain: Callable[[list[str]], dict[str, Any]]
    stream: Callable[[list[str]], list[bytes]]
    told: Callable[[bytes, bool], str]


class Sent:
    """What the servers answered: by server and tag, the hash of each answer's body."""

    def __init__(self) -> None:
        self.by: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))

    def once(self, tag: str) -> tuple[str, str]:
        """The only server that was asked for a tag, and the hash of its only answer."""
        [(who, [digest])] = [(who, tags[tag]) for who, tags in self.by.items() if tag in tags]
        return who, digest

    @property
    def tags(self) -> list[str]:
        return [tag for tags in self.by.values() for tag, answers in tags.items() for _ in answers]


def digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def tagged(who: str, speech: Speech, sent: Sent) -> Behaviour:
    """Answers everything with the tag that it was asked with."""

    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        tag = tag_of(request.body)
        says = pieces(who, tag)
        if json.loads(request.body).get("stream"):
            parts = speech.stream(says)
            sent.by[who][tag].append(digest(b"".join(parts)))
            await begin(writer, parts)
            writer.write(b"0\r\n\r\n")
        else:
            body = json.dumps(speech.plain(says)).encode()
            sent.by[who][tag].append(digest(body))
            await answer(200, body)(writer, request)

    return behave


def flaky(good: Behaviour, speech: Speech, every: int = 3) -> Behaviour:
    """Fails every so often, one way after the other, before anything was written that a model says."""
    ways = itertools.cycle(
        (
            answer(503, {"error": {"message": "overloaded"}}),
            answer(502, "<html>Bad Gateway</html>"),
            hang_up,
            answer(200, {"error": {"message": "overloaded", "type": "server_error", "code": 503}}),
            raw(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 0\r\n\r\n"),
            chunks(speech.stream(["x"])[:1], end=False),
            chunks([b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"no"}}\n\n']),
        )
    )
    number = itertools.count(1)

    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        await (good if next(number) % every else next(ways))(writer, request)

    return behave


def _chat_stream(says: list[str]) -> list[bytes]:
    return [part + b"\n\n" for part in answered(*(chunk({"content": one}) for one in says)).split(b"\n\n")[:-1]]


def _chat_told(body: bytes, streams: bool) -> str:
    if not streams:
        return str(json.loads(body)["choices"][0]["message"]["content"])
    *events, done = body.removesuffix(b"\n\n").split(b"\n\n")
    assert done == b"data: [DONE]"
    choices = [choice for one in events for choice in json.loads(one.removeprefix(b"data: "))["choices"]]
    assert choices[-1]["finish_reason"] == "stop"
    return "".join(choice["delta"].get("content") or "" for choice in choices)


def _messages_stream(says: list[str]) -> list[bytes]:
    return [
        event(type="message_start", message=SAID_SO | {"content": [], "stop_reason": None}),
        event(type="content_block_start", index=0, content_block={"type": "text", "text": ""}),
        *(event(type="content_block_delta", index=0, delta={"type": "text_delta", "text": one}) for one in says),
        event(type="content_block_stop", index=0),
        event(
            type="message_delta", delta={"stop_reason": "end_turn"}, usage={"input_tokens": 9, "output_tokens": 3}
        ),
        event(type="message_stop"),
    ]  # fmt: skip


def _messages_told(body: bytes, streams: bool) -> str:
    message = messages_answer(body) if streams else json.loads(body)
    return "".join(block["text"] for block in message["content"])


_NOTHING_LEFT_OUT = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1,
    "model": "big-1",
    "error": None,
    "incomplete_details": None,
    "parallel_tool_calls": True,
    "tool_choice": "auto",
    "tools": [],
}
_USAGE = {
    "input_tokens": 9,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens": 3,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 12,
}


def _response(status: str, *output: dict[str, Any], **more: Any) -> dict[str, Any]:
    return _NOTHING_LEFT_OUT | {"status": status, "output": list(output)} | more


def _message(status: str, *texts: str) -> dict[str, Any]:
    content = [{"type": "output_text", "text": text, "annotations": []} for text in texts]
    return {"type": "message", "id": "msg_1", "role": "assistant", "status": status, "content": content}


def _responses_stream(says: list[str]) -> list[bytes]:
    within = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    text, item = "".join(says), {"output_index": 0}
    part = {"type": "output_text", "text": "", "annotations": []}
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": _response("in_progress")},
        {"type": "response.in_progress", "response": _response("in_progress")},
        {"type": "response.output_item.added", "item": _message("in_progress"), **item},
        {"type": "response.content_part.added", "part": part, **within},
        *({"type": "response.output_text.delta", "delta": one, **within} for one in says),
        {"type": "response.output_text.done", "text": text, **within},
        {"type": "response.content_part.done", "part": part | {"text": text}, **within},
        {"type": "response.output_item.done", "item": _message("completed", text), **item},
        {"type": "response.completed", "response": _response("completed", _message("completed", text), usage=_USAGE)},
    ]
    return [event(**one, sequence_number=number) for number, one in enumerate(events)]


def _responses_told(body: bytes, streams: bool) -> str:
    response = responses_answer(body) if streams else json.loads(body)
    assert response["status"] == "completed"
    return "".join(part["text"] for item in response["output"] for part in item["content"])


SPEECH: dict[str, Speech] = {
    "chat": Speech(
        CHAT,
        lambda tag: {"model": "big-1", "messages": [{"role": "user", "content": tag}]},
        lambda says: {
            "choices": [
                {"index": 0, "message": {"role": "assistant", "content": "".join(says)}, "finish_reason": "stop"}
            ]
        },
        _chat_stream,
        _chat_told,
    ),
    "responses": Speech(
        RESPONSES,
        lambda tag: {"model": "big-1", "input": tag, "store": False},
        lambda says: _response("completed", _message("completed", "".join(says)), usage=_USAGE),
        _responses_stream,
        _responses_told,
    ),
    "messages": Speech(
        MESSAGES,
        lambda tag: {"model": "big-1", "max_tokens": 99, "messages": [{"role": "user", "content": tag}]},
        lambda says: SAID_SO | {"content": [{"type": "text", "text": "".join(says)}]},
        _messages_stream,
        _messages_told,
    ),
}
