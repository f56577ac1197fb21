"""What it takes to tell an answer in a dialect. Events are objects with a `type`."""

from typing import Any, Protocol

from trayapp.gateway.refusal import Refused
from trayapp.gateway.translation.answer_blocks import Step
from trayapp.gateway.translation.usage import Usage

Event = dict[str, Any]


class AnswerWriter(Protocol):
    """One answer, in order: `begin`, any number of `step`, then `end` or `failed`, the last event of which is the
    dialect's own end of a stream."""

    def begin(self, prompt_tokens: int) -> list[Event]:
        """`prompt_tokens`: as far as anybody knows yet."""

    def step(self, step: Step) -> list[Event]: ...

    def end(self, finish: str, usage: Usage) -> list[Event]:
        """`finish`: the chat's `finish_reason`."""

    def failed(self, refused: Refused) -> list[Event]: ...

    def whole(self, finish: str, usage: Usage) -> Event:
        """The same answer in one piece, once all steps are told."""
