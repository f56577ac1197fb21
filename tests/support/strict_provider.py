"""A provider that takes no other model's work: it knows its own signatures, items and ids, and answers everything else
with the very words of Anthropic and OpenAI. Each turn asks for a tool once, thinks where it is asked to, and then says
something.

provider = StrictProvider()
server.on("/v1/messages", provider.messages)
"""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from tests.support.httpserver import Behaviour, Request, answer
from trayapp.gateway.unpacking import plain_of

_PLAIN_ID = re.compile(r"[a-zA-Z0-9_-]+")
_BEGINS = {"message": "msg", "reasoning": "rs", "function_call": "fc", "custom_tool_call": "ctc"}
Body = dict[str, Any]


class Refuses(Exception):
    """`status`, and what it says."""

    def __init__(self, message: str, status: int = 400, code: str | None = None) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class StrictProvider:
    """`refused`: what it said against requests."""

    def __init__(self) -> None:
        self.refused: list[str] = []
        self._own: set[str] = set()
        self._numbers = count(1)

    async def messages(self, writer: asyncio.StreamWriter, request: Request) -> None:
        await self._answer(writer, request, self._check_messages, self._message, _messages_events)

    async def responses(self, writer: asyncio.StreamWriter, request: Request) -> None:
        await self._answer(writer, request, self._check_responses, self._response, _responses_events)

    async def chat(self, writer: asyncio.StreamWriter, request: Request) -> None:
        await self._answer(writer, request, _check_chat, self._completion, _chat_events)

    async def _answer(
        self,
        writer: asyncio.StreamWriter,
        request: Request,
        check: Callable[[Body], None],
        say: Callable[[Body], Body],
        events: Callable[[Body], bytes],
    ) -> None:
        body = json.loads(plain_of(request.headers, request.body, 1 << 20))
        try:
            check(body)
        except Refuses as refusal:
            self.refused.append(str(refusal))
            kind = {"type": "invalid_request_error", "message": str(refusal)}
            openai = {"error": kind | {"param": None, "code": refusal.code}}
            told = {"type": "error", "error": kind} if request.path.startswith("/v1/messages") else openai
            await answer(refusal.status, told)(writer, request)
            return
        said = say(body)
        if body.get("stream"):
            await answer(200, events(said), headers={"content-type": "text/event-stream"})(writer, request)
        else:
            await answer(200, said)(writer, request)

    def _new(self, kind: str) -> str:
        made = f"{kind}_{next(self._numbers):024}"
        self._own.add(made)
        return made

    # Anthropic.

    def _check_messages(self, body: Body) -> None:
        thinking = (body.get("thinking") or {}).get("type", "disabled")
        edits = (body.get("context_management") or {}).get("edits", ())
        if thinking == "disabled" and any(edit["type"].startswith("clear_thinking") for edit in edits):
            raise Refuses("`clear_thinking_20251015` strategy requires `thinking` to be enabled or adaptive")
        used: set[str] = set()
        waiting: set[str] = set()
        for at, message in enumerate(body["messages"]):
            blocks = message["content"]
            if not blocks:
                raise Refuses(f"messages.{at}: all messages must have non-empty content")
            blocks = [{"type": "text", "text": blocks}] if isinstance(blocks, str) else blocks
            results = {block["tool_use_id"] for block in blocks if block["type"] == "tool_result"}
            if waiting - results:
                raise Refuses(f"messages.{at}: `tool_use` ids were found without `tool_result` blocks: {waiting}")
            waiting = set()
            for number, block in enumerate(blocks):
                place = f"messages.{at}.content.{number}"
                match block["type"]:
                    case "thinking" if block["signature"] not in self._own:
                        raise Refuses(f"{place}: Invalid `signature` in `thinking` block")
                    case "text" if not block["text"].strip():
                        raise Refuses("messages: text content blocks must contain non-whitespace text")
                    case "tool_use":
                        if not _PLAIN_ID.fullmatch(block["id"]):
                            raise Refuses(f"{place}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'")
                        if block["id"] in used:
                            raise Refuses(f"{place}: `tool_use` ids must be unique")
                        used.add(block["id"])
                        waiting.add(block["id"])
        last = body["messages"][-1]["content"]
        goes_on = isinstance(last, list) and any(block["type"] == "tool_result" for block in last)
        first = body["messages"][-2]["content"][0]["type"] if goes_on else "thinking"
        if thinking == "enabled" and first != "thinking":
            raise Refuses(
                f"messages.{len(body['messages']) - 2}.content.0.type: Expected `thinking` or `redacted_thinking`, but "
                f"found `{first}`. When `thinking` is enabled, a final `assistant` message must start with a thinking "
                "block"
            )

    def _message(self, body: Body) -> Body:
        thinks = (body.get("thinking") or {}).get("type", "disabled") != "disabled"
        content: list[Body] = []
        if thinks:
            content.append({"type": "thinking", "thinking": "Hm.", "signature": self._new("sig")})
        last = body["messages"][-1]["content"]
        if isinstance(last, list) and any(block["type"] == "tool_result" for block in last):
            content.append({"type": "text", "text": "From the cloud."})
        else:
            content.append({"type": "tool_use", "id": self._new("toolu"), "name": "ls", "input": {"path": "."}})
        stop = "tool_use" if content[-1]["type"] == "tool_use" else "end_turn"
        known = {"id": self._new("msg"), "type": "message", "role": "assistant", "model": body["model"]}
        usage = {"input_tokens": 9, "output_tokens": 3}
        return known | {"content": content, "stop_reason": stop, "stop_sequence": None, "usage": usage}

    # OpenAI.

    def _check_responses(self, body: Body) -> None:
        calls: set[str] = set()
        for at, item in enumerate(body["input"]):
            kind = item.get("type", "message")
            if "id" in item:
                begins = _BEGINS.get(kind)
                if begins is not None and not item["id"].startswith(begins):
                    message = f"Invalid 'input[{at}].id': '{item['id']}'. Expected an ID that begins with '{begins}'."
                    raise Refuses(message, code="invalid_value")
                if item["id"] not in self._own:
                    message = f"Item with id '{item['id']}' not found. Items are not persisted when `store` is false."
                    raise Refuses(message, 404)
            if kind == "reasoning":
                if "status" in item:
                    raise Refuses(f"Unknown parameter: 'input[{at}].status'.", code="unknown_parameter")
                if item.get("content"):
                    limit = "Expected an array with maximum length 0, but got an array with length 1 instead."
                    raise Refuses(
                        f"Invalid 'input[{at}].content': array too long. {limit}", code="array_above_max_length"
                    )
                if item.get("encrypted_content") not in self._own:
                    raise Refuses("The encrypted content gAAA could not be verified.", code="invalid_encrypted_content")
            if len(item.get("call_id", "")) > 64:
                limit = f"Expected a string with maximum length 64, but got {len(item['call_id'])} instead."
                raise Refuses(
                    f"Invalid 'input[{at}].call_id': string too long. {limit}", code="string_above_max_length"
                )
            if kind == "function_call":
                calls.add(item["call_id"])
            if kind == "function_call_output" and item["call_id"] not in calls:
                raise Refuses(f"No tool call found for function call output with call_id {item['call_id']}.")

    def _response(self, body: Body) -> Body:
        thought = {"type": "reasoning", "id": self._new("rs"), "summary": [], "encrypted_content": self._new("gAAA")}
        item: Body
        if body["input"][-1].get("type") == "function_call_output":
            content = [{"type": "output_text", "text": "From the cloud.", "annotations": [], "logprobs": []}]
            item = {"type": "message", "id": self._new("msg"), "role": "assistant", "content": content}
        else:
            item = {"type": "function_call", "id": self._new("fc"), "call_id": self._new("call"), "name": "ls"}
            item["arguments"] = "{}"
        known = {"id": self._new("resp"), "object": "response", "created_at": 1, "model": body["model"]}
        more: Body = {
            "status": "completed",
            "error": None,
            "incomplete_details": None,
            "tools": [],
            "tool_choice": "auto",
        }
        output = [thought, item | {"status": "completed"}]
        usage = {"input_tokens": 9, "output_tokens": 3, "total_tokens": 12}
        return known | more | {"output": output, "usage": usage, "parallel_tool_calls": True}

    def _completion(self, body: Body) -> Body:
        message: Body = {"role": "assistant", "content": None}
        if body["messages"][-1]["role"] == "tool":
            message["content"] = "From the cloud."
        else:
            message["tool_calls"] = [_chat_call(self._new("call"))]
        finish = "tool_calls" if "tool_calls" in message else "stop"
        known = {"id": self._new("chatcmpl"), "object": "chat.completion", "created": 1, "model": body["model"]}
        return known | {"choices": [{"index": 0, "message": message, "finish_reason": finish}]}


def _check_chat(body: Body) -> None:
    calls: set[str] = set()
    for at, message in enumerate(body["messages"]):
        if "reasoning_content" in message:
            raise Refuses(f"messages.{at}.assistant.reasoning_content: property 'reasoning_content' is unsupported")
        for number, call in enumerate(message.get("tool_calls") or ()):
            if len(call["id"]) > 40:
                limit = f"Expected a string with maximum length 40, but got {len(call['id'])} instead."
                raise Refuses(f"Invalid 'messages[{at}].tool_calls[{number}].id': string too long. {limit}")
            calls.add(call["id"])
        if message["role"] == "tool" and message["tool_call_id"] not in calls:
            raise Refuses(f"messages with role 'tool' must answer a call: {message['tool_call_id']}")


def _chat_call(call_id: str) -> Body:
    return {"id": call_id, "type": "function", "function": {"name": "ls", "arguments": "{}"}}


def local_messages(thinks: bool = True) -> Behaviour:
    """A local server that speaks Messages itself, as llama.cpp does, with ids of its own kind that begin anew."""

    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        body = json.loads(request.body)
        last = body["messages"][-1]["content"]
        content: list[Body] = [{"type": "thinking", "thinking": "Hm.", "signature": ""}] if thinks else []
        if isinstance(last, list) and any(block["type"] == "tool_result" for block in last):
            content.append({"type": "text", "text": "From here."})
        else:
            content.append({"type": "tool_use", "id": "functions.ls:0", "name": "ls", "input": {"path": "."}})
        stop = "tool_use" if content[-1]["type"] == "tool_use" else "end_turn"
        known = {"id": "chatcmpl-x", "type": "message", "role": "assistant", "model": body["model"]}
        said = known | {"content": content, "stop_reason": stop, "usage": {"input_tokens": 9, "output_tokens": 3}}
        if body.get("stream"):
            await answer(200, _messages_events(said), headers={"content-type": "text/event-stream"})(writer, request)
        else:
            await answer(200, said)(writer, request)

    return behave


async def local_responses(writer: asyncio.StreamWriter, request: Request) -> None:
    """A local server that speaks Responses itself, with what llama.cpp calls reasoning and no ids of calls."""
    body = json.loads(request.body)
    for told in body["input"]:
        if told.get("type") == "reasoning" and not told.get("content"):
            error = {"code": 400, "message": "item['content'] is not an array", "type": "invalid_request_error"}
            await answer(400, {"error": error})(writer, request)
            return
    said = [{"type": "reasoning_text", "text": "Hm."}]
    thought = {"type": "reasoning", "id": "rs_local", "summary": [], "content": said, "encrypted_content": ""}
    item: Body = {"type": "function_call", "call_id": f"local.{len(body['input'])}:{'x' * 64}", "name": "ls"}
    item["arguments"] = "{}"
    if body["input"][-1].get("type") == "function_call_output":
        content = [{"type": "output_text", "text": "From here.", "annotations": []}]
        item = {"type": "message", "id": "msg_local", "role": "assistant", "content": content}
    known = {"id": "resp_local", "object": "response", "model": body["model"], "status": "completed"}
    said_so = known | {"output": [thought, item | {"status": "completed"}]}
    if body.get("stream"):
        await answer(200, _responses_events(said_so), headers={"content-type": "text/event-stream"})(writer, request)
    else:
        await answer(200, said_so)(writer, request)


async def local_chat(writer: asyncio.StreamWriter, request: Request) -> None:
    """A local server that speaks Chat alone, thinks aloud, and gives calls the longest ids that were seen."""
    body = json.loads(request.body)
    message: Body = {"role": "assistant", "content": None, "reasoning_content": "Hm."}
    if body["messages"][-1]["role"] == "tool":
        message["content"] = "From here."
    else:
        message["tool_calls"] = [_chat_call(f"chatcmpl-tool-{len(body['messages']):032}-{'x' * 20}")]
    finish = "tool_calls" if "tool_calls" in message else "stop"
    told = {"id": "chatcmpl-x", "object": "chat.completion", "created": 1, "model": body["model"]}
    said = told | {"choices": [{"index": 0, "message": message, "finish_reason": finish}]}
    if body.get("stream"):
        await answer(200, _chat_events(said), headers={"content-type": "text/event-stream"})(writer, request)
    else:
        await answer(200, said)(writer, request)


def _events(events: Iterator[Body]) -> bytes:
    return b"".join(b"event: %s\ndata: %s\n\n" % (e["type"].encode(), json.dumps(e).encode()) for e in events)


def _messages_events(said: Body) -> bytes:
    def events() -> Iterator[Body]:
        yield {"type": "message_start", "message": said | {"content": [], "stop_reason": None}}
        for at, block in enumerate(said["content"]):
            kind = block["type"]
            empty = {"thinking": {"thinking": "", "signature": ""}, "text": {"text": ""}, "tool_use": {"input": {}}}[
                kind
            ]
            yield {"type": "content_block_start", "index": at, "content_block": block | empty}
            deltas: list[Body] = {
                "thinking": [{"type": "thinking_delta", "thinking": block.get("thinking")}],
                "text": [{"type": "text_delta", "text": block.get("text")}],
                "tool_use": [{"type": "input_json_delta", "partial_json": json.dumps(block.get("input"))}],
            }[kind]
            if block.get("signature"):
                deltas.append({"type": "signature_delta", "signature": block["signature"]})
            for delta in deltas:
                yield {"type": "content_block_delta", "index": at, "delta": delta}
            yield {"type": "content_block_stop", "index": at}
        yield {"type": "message_delta", "delta": {"stop_reason": said["stop_reason"]}, "usage": said["usage"]}
        yield {"type": "message_stop"}

    return _events(events())


def _responses_events(said: Body) -> bytes:
    def events() -> Iterator[Body]:
        yield {"type": "response.created", "response": said | {"status": "in_progress", "output": []}}
        for at, item in enumerate(said["output"]):
            yield {"type": "response.output_item.added", "output_index": at, "item": item | {"status": "in_progress"}}
            yield {"type": "response.output_item.done", "output_index": at, "item": item}
        yield {"type": "response.completed", "response": said}

    return _events(events())


def _chat_events(said: Body) -> bytes:
    [choice] = said["choices"]
    delta = choice["message"]
    if "tool_calls" in delta:
        delta = delta | {"tool_calls": [call | {"index": at} for at, call in enumerate(delta["tool_calls"])]}
    first = said | {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    last = first | {"choices": [{"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}]}
    return b"data: %s\n\ndata: %s\n\ndata: [DONE]\n\n" % (json.dumps(first).encode(), json.dumps(last).encode())
