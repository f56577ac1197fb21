"""An answer in Anthropic's Messages: https://docs.anthropic.com/en/docs/build-with-claude/streaming"""

from typing import Any

from trayapp.core.json_text import read_json
from trayapp.gateway.dialects import messages
from trayapp.gateway.refusal import Refused
from trayapp.gateway.translation.answer_blocks import Block, Did, Kind, Step
from trayapp.gateway.translation.answer_writer import Event
from trayapp.gateway.translation.asked import Asked, Minted
from trayapp.gateway.translation.usage import Usage

_STOPS = {"length": "max_tokens", "content_filter": "refusal"}


class MessagesAnswer:
    """Tells one answer; see `AnswerWriter`."""

    def __init__(self, asked: Asked, minted: Minted) -> None:
        self._asked = asked
        self._minted = minted
        self._blocks: list[Block] = []

    def begin(self, prompt_tokens: int) -> list[Event]:
        usage = _usage(Usage(prompt_tokens, 0, 0, 0))
        return [{"type": "message_start", "message": self._message([], None, usage)}]

    def step(self, step: Step) -> list[Event]:
        block = step.block
        match step.did:
            case Did.OPEN:
                self._blocks.append(block)
                empty = self._content(block, "", {})
                return [{"type": "content_block_start", "index": block.number, "content_block": empty}]
            case Did.WRITE:
                delta = {
                    Kind.TEXT: {"type": "text_delta", "text": step.text},
                    Kind.REASONING: {"type": "thinking_delta", "thinking": step.text},
                    Kind.CALL: {"type": "input_json_delta", "partial_json": step.text},
                }[block.kind]
                return [{"type": "content_block_delta", "index": block.number, "delta": delta}]
            case Did.CLOSE:
                return [{"type": "content_block_stop", "index": block.number}]

    def end(self, finish: str, usage: Usage) -> list[Event]:
        delta = {"container": None, **_stopped(self._stop(finish))}
        return [{"type": "message_delta", "delta": delta, "usage": _usage(usage)}, {"type": "message_stop"}]

    def failed(self, refused: Refused) -> list[Event]:
        return [read_json(messages.refusal(refused))]

    def whole(self, finish: str, usage: Usage) -> Event:
        content = [self._content(block, block.text, _input(block)) for block in self._blocks]
        return self._message(content, self._stop(finish), _usage(usage))

    def _message(self, content: list[dict[str, Any]], stop: str | None, usage: dict[str, Any]) -> Event:
        return {
            "id": self._minted.id("msg", 0),
            "type": "message",
            "role": "assistant",
            "model": self._asked.model,
            "content": content,
            "container": None,
            "usage": usage,
            **_stopped(stop),
        }

    def _content(self, block: Block, text: str, arguments: object) -> dict[str, Any]:
        if block.kind is Kind.TEXT:
            return {"type": "text", "text": text, "citations": None}
        if block.kind is Kind.REASONING:
            # Whoever reads it wants a signature there, and only Anthropic could sign.
            return {"type": "thinking", "thinking": text, "signature": ""}
        name = self._asked.names.tool(block.name).name
        called = {"id": self._minted.id("toolu", block.number), "name": name, "input": arguments}
        return {"type": "tool_use", "caller": {"type": "direct"}, **called}

    def _stop(self, finish: str) -> str:
        if finish in _STOPS:
            return _STOPS[finish]
        # Some servers say `stop` behind a call, too.
        return "tool_use" if any(block.kind is Kind.CALL for block in self._blocks) else "end_turn"


def _stopped(reason: str | None) -> dict[str, Any]:
    return {"stop_reason": reason, "stop_sequence": None, "stop_details": None}


def _usage(usage: Usage) -> dict[str, Any]:
    return {
        "input_tokens": usage.prompt - usage.cached,
        "cache_creation": None,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": usage.cached,
        "output_tokens": usage.answer,
        "output_tokens_details": None,
        "inference_geo": None,
        "server_tool_use": None,
        "service_tier": None,
    }


def _input(block: Block) -> dict[str, Any]:
    """What is no object is left for the tool to find wrong, and to tell the model."""
    if block.kind is not Kind.CALL or not block.text.strip():
        return {}
    try:
        value = read_json(block.text.encode(errors="surrogatepass"))
    except ValueError:
        value = None
    return value if isinstance(value, dict) else {"unreadable_arguments": block.text}
