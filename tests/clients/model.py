"""A language model that says what a scene wants, in all three dialects, streamed and not, and the server around it.

It stands for a provider, or for a local server. What it says comes in the pieces and with the events that the real
ones send; what was asked is kept.
"""

import asyncio
import json
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any, NamedTuple

from tests.support.httpserver import Request, Server, answer
from trayapp.gateway.unpacking import plain_of

WORDS = "The ampel shines green."
SUM = (4100, 71)
RESULT = "4171"
"""Nobody but the tool that was called says it."""
SAW = "The tool said:"
EDITED = "hello.txt"
_SHELL = f"echo $(({SUM[0]} + {SUM[1]}))"
_CALLS: dict[str, dict[str, Any]] = {
    "Bash": {"command": _SHELL, "description": "Add"},
    "bash": {"command": _SHELL, "description": "Add"},
    "exec_command": {"cmd": _SHELL},
    "add": {"a": SUM[0], "b": SUM[1]},
}
"""What it calls of what it is offered: the shells of Claude Code, opencode and Codex, and the tool of the scripts."""
_EDIT = f"```\n{EDITED}\n<<<<<<< SEARCH\n=======\n{RESULT}\n>>>>>>> REPLACE\n```\n"
"""How aider has files changed; it calls no tools."""
_PIECE_CHARS = 7
_WORD_GAP_S = 0.05
_FAR = 1_000_000
"""Behind every number that a short answer comes to."""
_MOST = 64 * 1024 * 1024
_USAGE = {"input_tokens": 50, "output_tokens": 9, "total_tokens": 59}
_MESSAGE_USAGE = {"input_tokens": 50, "output_tokens": 9}
_CHAT_USAGE = {"prompt_tokens": 50, "completion_tokens": 9, "total_tokens": 59}


class Script(StrEnum):
    """What the model does: speak, call a tool and tell what it said, speak for ever, or fail for ever."""

    SPEAK = "speak"
    CALL = "call"
    ENDLESS = "endless"
    FAIL = "fail"


class Turn(NamedTuple):
    """What the model says: `text`, or a call of the tool `name`; `endless`: and more and more of it."""

    text: str = ""
    name: str | None = None
    arguments: str = ""
    endless: bool = False


class ScriptedServer:
    """`speaks`: paths that it has. `below`: in front of them. `asked`: the bodies of all requests for an answer.
    `began`: an endless answer, or the first failure, was given; `ended`: whoever got an endless one has left."""

    def __init__(self, *speaks: str, below: str = "/v1") -> None:
        self.server = Server()
        self.script = Script.SPEAK
        self.asked: list[dict[str, Any]] = []
        self.began = asyncio.Event()
        self.ended = asyncio.Event()
        self._paths = {below + path: path for path in speaks}
        self._below = below

    def play(self, script: Script) -> None:
        """From now on the model does this; nothing was asked yet."""
        self.script = script
        self.asked = []
        self.began, self.ended = asyncio.Event(), asyncio.Event()

    async def behave(self, writer: asyncio.StreamWriter, request: Request) -> None:
        path = self._paths.get(request.path.partition("?")[0])
        if path is None or request.method != "POST":
            # A WebSocket is what nobody offers here; Codex then posts at once.
            upgrade = "upgrade" in request.headers
            status = 426 if upgrade else 200 if request.path.startswith(f"{self._below}/models") else 404
            await answer(status, {"data": [], "models": [], "object": "list"})(writer, request)
            return
        body = json.loads(plain_of(request.headers, request.body, _MOST))
        if path == "/messages/count_tokens":
            await answer(200, {"input_tokens": 50})(writer, request)
            return
        self.asked.append(body)
        if self.script is Script.FAIL:
            self.began.set()
            error = {"type": "api_error" if path == "/messages" else "server_error", "message": "Internal server error"}
            await answer(500, {"type": "error", "error": error})(writer, request)
            return
        turn = turn_of(body, self.script)
        if not body.get("stream"):
            await answer(200, plain(path, turn, body.get("model")))(writer, request)
            return
        await self._stream(writer, path, turn, body)

    async def _stream(self, writer: asyncio.StreamWriter, path: str, turn: Turn, body: dict[str, Any]) -> None:
        first, last = streamed(path, turn, str(body.get("model")))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
        for event in first:
            await _chunk(writer, event)
        if turn.endless:
            self.began.set()
            try:
                while True:
                    await asyncio.sleep(_WORD_GAP_S)
                    await _chunk(writer, piece(path, "and "))
            finally:
                self.ended.set()
        for event in last:
            await _chunk(writer, event)
        writer.write(b"0\r\n\r\n")

    async def __aenter__(self) -> "ScriptedServer":
        self.server.always(self.behave)
        await self.server.__aenter__()
        return self

    async def __aexit__(self, *how: object) -> None:
        await self.server.__aexit__(*how)

    @property
    def url(self) -> str:
        return self.server.url


async def _chunk(writer: asyncio.StreamWriter, event: bytes) -> None:
    writer.write(b"%x\r\n%s\r\n" % (len(event), event))
    await writer.drain()


def turn_of(body: dict[str, Any], script: Script) -> Turn:
    """What it says to this conversation, in whichever dialect."""
    offered = [str(_function(tool).get("name")) for tool in body.get("tools") or ()]
    if script is Script.ENDLESS:
        return Turn("Once upon a time ", endless=True)
    if script is not Script.CALL:
        return Turn(WORDS)
    for result in _results(body):
        return Turn(f"{SAW} {' '.join(result.split())}")
    for name in offered:
        if name in _CALLS:
            return Turn("I add.", name, json.dumps(_CALLS[name]))
    return Turn(_EDIT if "SEARCH/REPLACE" in json.dumps(body.get("messages")) else "A title")


def _function(tool: Any) -> dict[str, Any]:
    inner = tool.get("function")
    return dict(inner) if isinstance(inner, dict) else dict(tool)


def _results(body: dict[str, Any]) -> Iterator[str]:
    """What tools have answered in this conversation."""
    turns = body.get("messages") or body.get("input") or ()
    for turn in [turns] if isinstance(turns, str) else turns:
        if not isinstance(turn, dict):
            continue
        if turn.get("type") == "function_call_output":
            yield _text(turn["output"])
        elif turn.get("role") == "tool":
            yield _text(turn["content"])
        elif isinstance(content := turn.get("content"), list):
            yield from (_text(part["content"]) for part in content if part.get("type") == "tool_result")


def _text(content: Any) -> str:
    return content if isinstance(content, str) else " ".join(str(part.get("text", "")) for part in content)


def plain(path: str, turn: Turn, model: object) -> dict[str, Any]:
    """The whole answer in one piece."""
    if path == "/messages":
        called = {"type": "tool_use", "id": "toolu_01A", "name": turn.name, "input": json.loads(turn.arguments or "{}")}
        return _message(model) | {
            "content": [{"type": "text", "text": turn.text}, *([called] if turn.name else [])],
            "stop_reason": "tool_use" if turn.name else "end_turn",
        }
    if path == "/responses":
        return _response(model, "completed", _items(turn))
    function = {"name": turn.name, "arguments": turn.arguments}
    calls = {"tool_calls": [{"id": "call_1", "type": "function", "function": function}]} if turn.name else {}
    message = {"role": "assistant", "content": turn.text, **calls}
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if turn.name else "stop"}
    return {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": model, "choices": [choice],
            "usage": _CHAT_USAGE}  # fmt: skip


def streamed(path: str, turn: Turn, model: str) -> tuple[list[bytes], list[bytes]]:
    """The events of an answer: up to where more text may come, and from there on."""
    events = {"/messages": _messages, "/responses": _responses}.get(path, _chat)
    return events(turn, model)


def piece(path: str, text: str) -> bytes:
    """An event with so much more text."""
    if path == "/messages":
        return _event("content_block_delta", index=0, delta={"type": "text_delta", "text": text})
    if path == "/responses":
        at = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
        return _event("response.output_text.delta", **at, delta=text, logprobs=[], sequence_number=_FAR)
    return _chunk_of({"content": text})


def _event(kind: str, **fields: Any) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()


def _pieces(text: str) -> Iterable[str]:
    return (text[at : at + _PIECE_CHARS] for at in range(0, len(text), _PIECE_CHARS))


def _message(model: object) -> dict[str, Any]:
    return {"id": "msg_01", "type": "message", "role": "assistant", "model": model, "content": [], "stop_reason": None,
            "stop_sequence": None, "usage": _MESSAGE_USAGE}  # fmt: skip


def _messages(turn: Turn, model: str) -> tuple[list[bytes], list[bytes]]:
    first = [
        _event("message_start", message=_message(model)),
        _event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
        _event("ping"),
        *(piece("/messages", text) for text in _pieces(turn.text)),
    ]
    last = [_event("content_block_stop", index=0)]
    if turn.name:
        block = {"type": "tool_use", "id": "toolu_01A", "name": turn.name, "input": {}}
        last.append(_event("content_block_start", index=1, content_block=block))
        deltas = ({"type": "input_json_delta", "partial_json": text} for text in _pieces(turn.arguments))
        last += [_event("content_block_delta", index=1, delta=delta) for delta in deltas]
        last.append(_event("content_block_stop", index=1))
    stop = {"stop_reason": "tool_use" if turn.name else "end_turn", "stop_sequence": None}
    return first, [*last, _event("message_delta", delta=stop, usage=_MESSAGE_USAGE), _event("message_stop")]


def _items(turn: Turn, status: str = "completed") -> list[dict[str, Any]]:
    part = {"type": "output_text", "text": turn.text, "annotations": [], "logprobs": []}
    items = [{"id": "msg_1", "type": "message", "role": "assistant", "status": status, "content": [part]}]
    if turn.name:
        items.append({"id": "fc_1", "type": "function_call", "call_id": "call_1", "name": turn.name,
                      "arguments": turn.arguments, "status": status})  # fmt: skip
    return items


def _response(model: object, status: str, items: list[dict[str, Any]]) -> dict[str, Any]:
    details = {"input_tokens_details": {"cached_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 0}}
    return {"id": "resp_1", "object": "response", "created_at": 1, "status": status, "model": model, "output": items,
            "error": None, "incomplete_details": None, "instructions": None, "metadata": {}, "tools": [],
            "tool_choice": "auto", "parallel_tool_calls": True, "temperature": 1.0, "top_p": 1.0,
            "usage": _USAGE | details if status == "completed" else None}  # fmt: skip


def _responses(turn: Turn, model: str) -> tuple[list[bytes], list[bytes]]:
    message, *calls = _items(turn)
    (part,) = message["content"]
    at = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    first: list[tuple[str, dict[str, Any]]] = [
        ("created", {"response": _response(model, "in_progress", [])}),
        ("in_progress", {"response": _response(model, "in_progress", [])}),
        ("output_item.added", {"output_index": 0, "item": message | {"content": [], "status": "in_progress"}}),
        ("content_part.added", at | {"part": part | {"text": ""}}),
        *(("output_text.delta", at | {"delta": text, "logprobs": []}) for text in _pieces(turn.text)),
    ]
    last: list[tuple[str, dict[str, Any]]] = [
        ("output_text.done", at | {"text": turn.text, "logprobs": []}),
        ("content_part.done", at | {"part": part}),
        ("output_item.done", {"output_index": 0, "item": message}),
    ]
    for call in calls:
        where = {"item_id": call["id"], "output_index": 1}
        begun = call | {"arguments": "", "status": "in_progress"}
        last.append(("output_item.added", {"output_index": 1, "item": begun}))
        last += [("function_call_arguments.delta", where | {"delta": text}) for text in _pieces(turn.arguments)]
        told = {"arguments": turn.arguments, "name": turn.name}
        last.append(("function_call_arguments.done", where | told))
        last.append(("output_item.done", {"output_index": 1, "item": call}))
    last.append(("completed", {"response": _response(model, "completed", _items(turn))}))
    events = [_event(f"response.{kind}", **how, sequence_number=at) for at, (kind, how) in enumerate([*first, *last])]
    return events[: len(first)], events[len(first) :]


def _chunk_of(delta: dict[str, Any], finish: str | None = None, **more: Any) -> bytes:
    choices = [{"index": 0, "delta": delta, "finish_reason": finish}]
    said = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices}
    return f"data: {json.dumps(said | more)}\n\n".encode()


def _chat(turn: Turn, model: str) -> tuple[list[bytes], list[bytes]]:
    first = [_chunk_of({"role": "assistant", "content": ""}), *(piece("", text) for text in _pieces(turn.text))]
    last = []
    if turn.name:
        call = {"index": 0, "id": "call_1", "type": "function", "function": {"name": turn.name, "arguments": ""}}
        last.append(_chunk_of({"tool_calls": [call]}))
        pieces = ({"index": 0, "function": {"arguments": text}} for text in _pieces(turn.arguments))
        last += [_chunk_of({"tool_calls": [piece]}) for piece in pieces]
    last.append(_chunk_of({}, "tool_calls" if turn.name else "stop"))
    return first, [*last, _chunk_of({}, choices=[], usage=_CHAT_USAGE), b"data: [DONE]\n\n"]
