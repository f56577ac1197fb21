"""The two dialects that can be told to a server that speaks Chat Completions alone."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

from trayapp.gateway.translation import messages_request, responses_request
from trayapp.gateway.translation.answer_blocks import AnswerBlocks
from trayapp.gateway.translation.answer_stream import CHARS_A_TOKEN, AnswerStream
from trayapp.gateway.translation.answer_writer import AnswerWriter
from trayapp.gateway.translation.asked import Asked, Minted
from trayapp.gateway.translation.messages_answer import MessagesAnswer
from trayapp.gateway.translation.refusals import malformed
from trayapp.gateway.translation.responses_answer import ResponsesAnswer
from trayapp.gateway.translation.usage import Usage, usage_of


class Ask(Protocol):
    def __call__(self, body: Mapping[str, Any], *, model: str, images: bool | None = None) -> Asked: ...


class Translation(NamedTuple):
    """One dialect, there and back."""

    ask: Ask
    writer: Callable[[Asked, Minted], AnswerWriter]

    def request(
        self, body: Mapping[str, Any], *, model: str, images: bool | None = None, context: int | None = None
    ) -> Asked:
        """What a chat server is asked for `body`. `model`: who answers. `images`: can it see? `context`: how many
        tokens it can hold. None: unknown.

        Raises Refused (400) for what no chat server can be asked.
        """
        try:
            asked = self.ask(body, model=model, images=images)
        except ValueError as error:
            raise malformed("nesting") from error
        most = asked.chat.get("max_tokens")
        if context is not None and isinstance(most, int) and asked.prompt_tokens + most > context:
            # Tools ask for as much as the cloud's model can write, and some servers refuse what they cannot promise;
            # without a limit they write as much as there is room for.
            del asked.chat["max_tokens"]
        return asked

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
