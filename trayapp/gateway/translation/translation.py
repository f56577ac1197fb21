"""The two dialects that can be told to a server that speaks Chat Completions alone."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

from trayapp.gateway.translation import messages_request, responses_request
from trayapp.gateway.translation.answer_blocks import AnswerBlocks
from trayapp.gateway.translation.answer_stream import CHARS_A_TOKEN, AnswerStream
from trayapp.gateway.translation.answer_writer import AnswerWriter
from trayapp.gateway.translation.asked import Asked, Minted
from trayapp.gateway.translation.messages_answer import MessagesAnswer
from trayapp.gateway.translation.responses_answer import ResponsesAnswer
from trayapp.gateway.translation.usage import Usage, usage_of


class Request(Protocol):
    def __call__(self, body: Mapping[str, Any], *, model: str, images: bool | None = None) -> Asked: ...


class Translation(NamedTuple):
    """One dialect, there and back. `request` raises Refused (400) for what no chat server can be asked."""

    request: Request
    writer: Callable[[Asked, Minted], AnswerWriter]

    def stream(self, asked: Asked, minted: Minted) -> AnswerStream:
        """Tells the stream that comes for `asked`."""
        return AnswerStream(self.writer(asked, minted), asked.prompt_tokens)

    def answer(self, asked: Asked, minted: Minted, answer: Mapping[str, Any]) -> dict[str, Any]:
        """A plain answer. Raises ValueError where it holds none."""
        choices = answer.get("choices")
        first = choices[0] if isinstance(choices, list) and choices else None
        message = first.get("message") if isinstance(first, dict) else None
        if not isinstance(first, dict) or not isinstance(message, dict):
            raise ValueError("no message in it")
        writer, blocks = self.writer(asked, minted), AnswerBlocks()
        for step in (*blocks.take(message), *blocks.end()):
            writer.step(step)
        usage = usage_of(answer) or Usage(asked.prompt_tokens, 0, blocks.written // CHARS_A_TOKEN, 0)
        return writer.whole(str(first.get("finish_reason")), usage)


MESSAGES = Translation(messages_request.request, MessagesAnswer)
RESPONSES = Translation(responses_request.request, ResponsesAnswer)
