"""An answer in OpenAI's Responses: https://platform.openai.com/docs/api-reference/responses-streaming

Every event has all its indices: strict readers know no part that was not added before.
"""

from typing import Any

from trayapp.core.json_text import read_json
from trayapp.gateway.dialects import chat
from trayapp.gateway.refusal import Refused
from trayapp.gateway.translation.answer_blocks import Block, Did, Kind, Step
from trayapp.gateway.translation.answer_writer import Event
from trayapp.gateway.translation.asked import Asked, Minted
from trayapp.gateway.translation.refusals import CONTEXT_OVERFLOW
from trayapp.gateway.translation.tool_names import Tool
from trayapp.gateway.translation.usage import Usage

_INCOMPLETE = {"length": "max_output_tokens", "content_filter": "content_filter"}
_ECHOED: dict[str, Any] = {
    "instructions": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "prompt_cache_key": None,
    "reasoning": {"effort": None, "summary": None},
    "safety_identifier": None,
    "temperature": 1.0,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "top_logprobs": 0,
    "top_p": 1.0,
    "truncation": "disabled",
    "user": None,
}
"""What an answer repeats of its request, and what it says where that says nothing."""
_FIXED: dict[str, Any] = {
    "background": False,
    "frequency_penalty": 0.0,
    "presence_penalty": 0.0,
    "previous_response_id": None,
    "service_tier": "default",
    # Nothing is kept here, whatever was asked for.
    "store": False,
}
_KEPT_TOOLS = ("function", "custom", "namespace")


class ResponsesAnswer:
    """Tells one answer; see `AnswerWriter`."""

    def __init__(self, asked: Asked, minted: Minted) -> None:
        self._asked = asked
        self._minted = minted
        self._blocks: list[Block] = []
        self._number = 0
        original = asked.original
        self._repeated = {
            name: default if original.get(name) is None else original[name] for name, default in _ECHOED.items()
        }
        tools = original.get("tools") or []
        # What was left out is not in force.
        self._repeated["tools"] = [_tool(tool) for tool in tools if tool.get("type") in _KEPT_TOOLS]

    def begin(self, prompt_tokens: int) -> list[Event]:
        response = self._response("in_progress")
        return [
            self._event("response.created", response=response),
            self._event("response.in_progress", response=response),
        ]

    def step(self, step: Step) -> list[Event]:
        match step.did:
            case Did.OPEN:
                self._blocks.append(step.block)
                return self._opened(step.block)
            case Did.WRITE:
                return self._written(step.block, step.text)
            case Did.CLOSE:
                return self._closed(step.block)

    def end(self, finish: str, usage: Usage) -> list[Event]:
        response = self.whole(finish, usage)
        return [self._event(f"response.{response['status']}", response=response)]

    def failed(self, refused: Refused) -> list[Event]:
        # Twice, as OpenAI does: its libraries and the AI SDK hear `error`, Codex only `response.failed`.
        error = read_json(chat.refusal(refused))["error"]
        told = self._event("error", error=error) | error | {"type": "error"}
        failure = {"code": _code(refused), "message": refused.message}
        return [told, self._event("response.failed", response=self._response("failed") | {"error": failure})]

    def whole(self, finish: str, usage: Usage) -> Event:
        reason = _INCOMPLETE.get(finish)
        response = self._response("incomplete" if reason else "completed")
        response["incomplete_details"] = {"reason": reason} if reason else None
        response["output"] = [self._item(block, "completed") for block in self._blocks]
        response["usage"] = {
            "input_tokens": usage.prompt,
            "input_tokens_details": {"cached_tokens": usage.cached, "cache_write_tokens": 0},
            "output_tokens": usage.answer,
            "output_tokens_details": {"reasoning_tokens": usage.reasoning},
            "total_tokens": usage.prompt + usage.answer,
        }
        if not reason:
            response["completed_at"] = response["created_at"]
        return response

    def _opened(self, block: Block) -> list[Event]:
        added = self._event(
            "response.output_item.added", output_index=block.number, item=self._item(block, "in_progress", empty=True)
        )
        if block.kind is Kind.CALL:
            return [added]
        return [added, self._of(block, self._part("added", block), part=_part(block, ""))]

    def _written(self, block: Block, text: str) -> list[Event]:
        match block.kind:
            case Kind.TEXT:
                return [self._of(block, "response.output_text.delta", delta=text, logprobs=[])]
            case Kind.REASONING:
                return [self._of(block, "response.reasoning_summary_text.delta", delta=text)]
            case Kind.CALL if not self._tool(block).custom:
                return [self._of(block, "response.function_call_arguments.delta", delta=text)]
            case _:
                # What a custom tool takes is known once its arguments are whole.
                return []

    def _closed(self, block: Block) -> list[Event]:
        text = block.text
        match block.kind:
            case Kind.TEXT:
                over = [self._of(block, "response.output_text.done", text=text, logprobs=[])]
            case Kind.REASONING:
                over = [self._of(block, "response.reasoning_summary_text.done", text=text)]
            case Kind.CALL if self._tool(block).custom:
                over = [
                    self._of(block, "response.custom_tool_call_input.delta", delta=_input(text)),
                    self._of(block, "response.custom_tool_call_input.done", input=_input(text)),
                ]
            case Kind.CALL:
                # No arguments at all are an empty object to whoever reads them.
                over = [] if text else self._written(block, "{}")
                name, whole = self._tool(block).name, text or "{}"
                over.append(self._of(block, "response.function_call_arguments.done", arguments=whole, name=name))
        if block.kind is not Kind.CALL:
            over.append(self._of(block, self._part("done", block), part=_part(block, text)))
        item = self._item(block, "completed")
        return [*over, self._event("response.output_item.done", output_index=block.number, item=item)]

    def _response(self, status: str) -> Event:
        return {
            "id": self._minted.id("resp", 0),
            "object": "response",
            "created_at": int(self._minted.at),
            "completed_at": None,
            "status": status,
            "model": self._asked.model,
            "output": [],
            "error": None,
            "incomplete_details": None,
            "usage": None,
            **_FIXED,
            **self._repeated,
        }

    def _item(self, block: Block, status: str, *, empty: bool = False) -> dict[str, Any]:
        text = "" if empty else block.text
        known = {"id": self._id(block), "status": status}
        match block.kind:
            case Kind.TEXT:
                content = [] if empty else [_part(block, text)]
                return {"type": "message", "role": "assistant", "content": content, **known}
            case Kind.REASONING:
                return {"type": "reasoning", "summary": [] if empty else [_part(block, text)], **known}
            case Kind.CALL:
                tool = self._tool(block)
                called = {"call_id": self._minted.id("call", block.number), "name": tool.name}
                if tool.namespace:
                    called["namespace"] = tool.namespace
                if tool.custom:
                    return {"type": "custom_tool_call", "input": "" if empty else _input(text), **called, **known}
                return {"type": "function_call", "arguments": "" if empty else text or "{}", **called, **known}

    def _id(self, block: Block) -> str:
        kind = {Kind.TEXT: "msg", Kind.REASONING: "rs", Kind.CALL: "fc"}[block.kind]
        if block.kind is Kind.CALL and self._tool(block).custom:
            kind = "ctc"
        return self._minted.id(kind, block.number)

    def _tool(self, block: Block) -> Tool:
        return self._asked.names.tool(block.name)

    def _part(self, did: str, block: Block) -> str:
        return f"response.content_part.{did}" if block.kind is Kind.TEXT else f"response.reasoning_summary_part.{did}"

    def _of(self, block: Block, kind: str, **fields: Any) -> Event:
        """An event about a block, or about its one part."""
        index = {Kind.TEXT: {"content_index": 0}, Kind.REASONING: {"summary_index": 0}, Kind.CALL: {}}[block.kind]
        return self._event(kind, item_id=self._id(block), output_index=block.number, **index, **fields)

    def _event(self, kind: str, **fields: Any) -> Event:
        number, self._number = self._number, self._number + 1
        return {"type": kind, "sequence_number": number, **fields}


def _code(refused: Refused) -> str:
    """By a code that it knows, Codex does not ask five times more."""
    if refused.code == CONTEXT_OVERFLOW:
        return CONTEXT_OVERFLOW
    if refused.status == 429:
        return "rate_limit_exceeded"
    return "invalid_prompt" if refused.status < 500 else "server_error"


def _tool(tool: dict[str, Any]) -> dict[str, Any]:
    return {"description": None, "parameters": None, "strict": False} | tool if tool["type"] == "function" else tool


def _part(block: Block, text: str) -> dict[str, Any]:
    if block.kind is Kind.TEXT:
        return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    return {"type": "summary_text", "text": text}


def _input(arguments: str) -> str:
    """The text that a custom tool takes; small models give it bare."""
    try:
        value = read_json(arguments.encode(errors="surrogatepass"))
    except ValueError:
        return arguments
    text = value.get("input") if isinstance(value, dict) else None
    return text if isinstance(text, str) else arguments
