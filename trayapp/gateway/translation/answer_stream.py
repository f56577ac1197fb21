"""A chat stream, told in another dialect while it comes."""

from collections.abc import Iterator

from trayapp.core.json_text import read_json
from trayapp.gateway.dialects import chat
from trayapp.gateway.events import Events
from trayapp.gateway.refusal import Refused
from trayapp.gateway.translation.answer_blocks import AnswerBlocks, Step
from trayapp.gateway.translation.answer_writer import AnswerWriter, Event
from trayapp.gateway.translation.encoding import event
from trayapp.gateway.translation.refusals import lost, of_error
from trayapp.gateway.translation.usage import Usage, usage_of

CHARS_A_TOKEN = 4
"""Of an answer that nobody counted; English prose has a little more, code and other languages less."""
_MOST_CHARS = 16 * 1024 * 1024
"""All that is written is kept to be told once more at the end; a plain answer may have no more, either."""


class AnswerStream:
    """Fed with the bytes of a chat stream, however cut, it gives the bytes of the tool's. Whatever comes, exactly one
    terminal event is given, and nothing behind it: at `[DONE]`, at an error, or at the latest by `end` or `fail`.

    `over`: it has been given. `failed`: it was an error.
    """

    def __init__(self, writer: AnswerWriter, prompt_tokens: int) -> None:
        self.over = False
        self.failed = False
        self._writer = writer
        self._prompt_tokens = prompt_tokens
        self._events = Events()
        self._reading = chat.Stream()
        self._blocks = AnswerBlocks()
        self._begun = False
        self._finish = ""
        self._usage: Usage | None = None

    def feed(self, piece: bytes) -> bytes:
        """The next bytes, unpacked."""
        return b"".join(self._taken(data) for data in self._events.feed(piece))

    def end(self) -> bytes:
        """The server has sent all that it sends."""
        rest = b"".join(self._taken(data) for data in self._events.rest())
        return rest + (b"" if self.over else self._end())

    def fail(self, refused: Refused) -> bytes:
        """Something else broke it off."""
        if self.over:
            return b""
        self.over = self.failed = True
        return self._begin() + _told(self._writer.failed(refused))

    def _taken(self, data: bytes) -> bytes:
        if self.over or not data.strip():
            return b""
        if self._events.lost or self._blocks.kept > _MOST_CHARS:
            return self.fail(lost("The local model sent more than can be read."))
        self._reading.event(data)
        if self._reading.error is not None:
            return self.fail(of_error(self._reading.error, 200))
        if data.strip() == b"[DONE]":
            return self._end()
        try:
            chunk = read_json(data)
        except ValueError:
            chunk = None
        if not isinstance(chunk, dict):
            return self.fail(lost("The local model sent something that is no answer."))
        self._usage = usage_of(chunk) or self._usage
        choices = chunk.get("choices")
        out = self._begin()
        for choice in choices if isinstance(choices, list) else ():
            # Only the first of several answers: no other dialect has more.
            if isinstance(choice, dict) and not choice.get("index"):
                # Some servers stream a plain answer in one piece.
                delta = choice.get("delta") or (None if self._blocks.opened else choice.get("message"))
                self._finish = str(choice.get("finish_reason") or self._finish)
                out += self._steps(self._blocks.take(delta)) if isinstance(delta, dict) and not self.over else b""
        return out

    def _steps(self, steps: Iterator[Step]) -> bytes:
        out = []
        try:
            for step in steps:
                out += self._writer.step(step)
        except ValueError:
            return _told(out) + self.fail(lost("The local model sent something that is no answer."))
        return _told(out)

    def _begin(self) -> bytes:
        if self._begun:
            return b""
        self._begun = True
        return _told(self._writer.begin(self._prompt_tokens))

    def _end(self) -> bytes:
        if not self._reading.finished or self._reading.empty or self._events.lost:
            return self.fail(lost())
        out = self._steps(self._blocks.end())
        if not self.over:
            self.over = True
            answer = self._blocks.written // CHARS_A_TOKEN
            usage = self._usage or Usage(self._prompt_tokens, 0, answer, 0)
            out += _told(self._writer.end(self._finish, usage))
        return out


def _told(events: list[Event]) -> bytes:
    return b"".join(map(event, events))
