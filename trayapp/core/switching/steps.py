"""What can come of an attempt at a provider, and what the failover machine wants done about it."""

from msgspec import Struct

from trayapp.core.evidence.observation import Outcome
from trayapp.core.switching.failure import Said


class Connected(Struct, frozen=True):
    """A connection stands over which it is sent: a new one or a kept one, and another where that had been closed."""


class Sending(Struct, frozen=True):
    """Some more of the request is out: what waits for an answer counts from the last of it."""


class Head(Struct, frozen=True):
    """The answer has begun. `streams`: as a stream of events. `retry_after_s`: what it asks for."""

    status: int
    streams: bool = False
    retry_after_s: float | None = None


class Life(Struct, frozen=True):
    """Something came that is no content: of a stream a ping, a comment, a beginning; of a plain answer any piece.

    `size`: bytes that came with it, here and in `Content`.
    """

    size: int = 0


class Content(Struct, frozen=True):
    """The model has written something: text, reasoning, a refusal, arguments of a tool, audio."""

    size: int = 0


class Error(Struct, frozen=True):
    """An event of the stream tells an error, or cannot be read."""

    said: Said


class End(Struct, frozen=True):
    """Nothing more comes. `whole`: all of it has come by the dialect's own word, be it an answer or an error, and not
    only by HTTP's. `said`: the error that a plain answer is."""

    whole: bool
    said: Said | None = None


class Failed(Struct, frozen=True):
    """Nothing more comes, and that is no end. `code`: as in an observation."""

    code: str


Event = Connected | Sending | Head | Life | Content | Error | End | Failed


class Send(Struct, frozen=True):
    """Ask the provider; what comes of it is told under this number. `strips`: without what another model wrote."""

    attempt: int
    strips: bool = False


class Pass(Struct, frozen=True):
    """The provider answers: give the tool what has come of this attempt, its head first, and what comes, as it comes.
    The attempt proves what its whole answer does."""


class Move(Struct, frozen=True):
    """The target answers in its place. `why`: how the provider failed."""

    why: str


class Tell(Struct, frozen=True):
    """Nobody answers: tell the tool in its dialect that this failed, as an event where it has heard a word before."""

    code: str


class Cancel(Struct, frozen=True):
    """Close the connection of the running attempt, and forget what was held back of it."""


class KeepAlive(Struct, frozen=True):
    """Let the tool hear its dialect's keep-alive, behind a head of ours if there is none yet."""


class Count(Struct, frozen=True):
    """What an attempt that is not passed on counts as; the breaker is to hear of it before anything else is done."""

    outcome: Outcome
    code: str


Decision = Send | Pass | Move | Tell | Cancel | KeepAlive | Count
ENDS = (Pass, Move, Tell)
"""The last of all decisions about a request is one of these."""
