"""Watching an answer go by: does it hold what it should, when did the first token come, did it end or was it cut.

Only what the verdict needs is kept, and only until the answer is over: the start of a plain answer, the event that is
coming of a stream.
"""

import re
from collections.abc import Mapping
from typing import Any, Self

from msgspec.structs import replace

from trayapp.core.evidence.answers import Reading, read_answer
from trayapp.core.evidence.observation import Depth, Outcome
from trayapp.core.json_text import read_json
from trayapp.core.switching.failure import Fault, Said
from trayapp.gateway.decoding import Undecodable, decoder_for
from trayapp.gateway.dialects.dialect import ToolDialect
from trayapp.gateway.dialects.errors import muttered_in, read_muttered
from trayapp.gateway.events import Events

SAMPLE_BYTES = 65_536
"""Enough for every error and most answers; a longer answer is judged by its start."""
_BODILESS = (204, 304)
_DONE = b"[DONE]"
_BRACKETS = (b"}", b"]")
# Its parameters, or the same once more.
_KIND_ENDS = re.compile("[;,]")


class AnswerReading:
    """One answer, fed piece by piece. Times are real seconds of one clock. `asked`: the path that it answers, where
    more than its dialect is known. `packed`: it is compressed."""

    def __init__(
        self,
        dialect: ToolDialect,
        status: int,
        headers: Mapping[str, str],
        depth: Depth,
        *,
        proven: bool = False,
        asked: str = "",
    ) -> None:
        self._dialect = dialect
        self._status = status
        self._headers = _joined(headers)
        self._depth = depth
        self._proven = proven
        self._asked = asked
        self._kind = _KIND_ENDS.split(self._headers.get("content-type", ""))[0].strip().lower()
        self.is_stream = self._kind == "text/event-stream" and 200 <= status < 300
        coding = self._headers.get("content-encoding", "").strip().lower()
        self.packed = coding not in ("", "identity")
        self._decoder = decoder_for(coding)
        self._unknown = self.packed and self._decoder is None
        self._readable = not self._unknown
        # It says that it is compressed, and is not; `_early`: what came before anything was unpacked.
        self._mislabelled = False
        self._early: bytes | None = b""
        self._chunked = "transfer-encoding" in self._headers
        self._measured = self._chunked or "content-length" in self._headers
        if self.is_stream:
            self._stream, self._events = dialect.stream(), Events()
            self._last_event = b""
        self._sample = bytearray()
        self._truncated = False
        self._unheard = False
        self._last = b""
        self.first_token_at: float | None = None

    def feed(self, piece: bytes, now: float) -> Self:
        """Take in the next piece, which came at `now`."""
        if not self.is_stream:
            self._last = piece.rstrip()[-1:] or self._last
            if len(self._sample) >= SAMPLE_BYTES:
                self._truncated = True
                if self._measured or self._decoder is None:
                    return self
        plain = self._plain(piece)
        if self.is_stream:
            for data in self._events.feed(plain):
                self._hear(data)
                if self.first_token_at is None and self._stream.content:
                    self.first_token_at = now
        else:
            room = SAMPLE_BYTES - len(self._sample)
            self._truncated |= len(plain) > room
            self._sample += plain[:room]
        return self

    @property
    def has_error(self) -> bool:
        """Has the stream told an error?"""
        return self.is_stream and self._stream.error is not None

    @property
    def is_filtered(self) -> bool:
        """Has a filter ended the stream?"""
        return self.is_stream and self._stream.filtered

    @property
    def whole(self) -> bool:
        """Once all has come: was it all? What cannot be read here is believed; what cannot be unpacked nobody can read.

        A stream has to say so itself. A plain answer is measured by HTTP, unless the end of the connection is all that
        there is to measure it by, or a last chunk that whoever passed it on may have made.
        """
        if self.is_stream:
            if self.is_endless:
                return False
            told = self.has_error
            for data in self._events.rest():
                self._hear(data)
            # The libraries leave out an event that has no end.
            self._unheard |= self.has_error and not told
            heard = self.has_error and not self._unheard
            return self._stream.finished or heard or not self._readable or self._events.lost
        if self._status in _BODILESS or "json" not in self._kind or self._unknown:
            return True
        if self._measured:
            return not self._chunked or self._status >= 300 or self._looks_whole
        if self.packed and not self._mislabelled:
            if self._decoder is None:
                return False
            # Some servers flush what they compress and never finish it.
            return self._decoder.ended or self._decoder.full or (not self._truncated and self._json() is not None)
        return self._last in _BRACKETS and (self._truncated or isinstance(self._json(), dict | list))

    @property
    def _looks_whole(self) -> bool:
        """Whoever measures an answer while it comes may measure one that was cut before, as whole."""
        if self.packed and not self._mislabelled:
            return self._decoder is not None
        return not self._last or self._last in _BRACKETS

    @property
    def is_cut_short(self) -> bool:
        """Is it a stream that has said its last word and is not whole? Who hears that word hears nothing else."""
        return self.is_stream and self._stream.cut_short

    @property
    def is_endless(self) -> bool:
        """Is it a stream whose last event is too large to be kept, and has no end yet?"""
        return self.is_stream and self._readable and self._events.skipping

    @property
    def is_bomb(self) -> bool:
        """Is it a packed stream with more in one piece than is unpacked?"""
        return self.is_stream and self._decoder is not None and self._decoder.full

    @property
    def is_empty(self) -> bool:
        """Is it a stream that is over, with nothing in it?"""
        return self.is_stream and self._stream.empty

    @property
    def is_answer(self) -> bool:
        """Once a plain answer has come: does it hold an answer, as far as it was kept? What cannot be read is
        believed."""
        if self._unknown:
            return True
        if self._truncated or (self._decoder is not None and self._decoder.full):
            return self._sample.lstrip().startswith(b"{")
        json = self._json()
        return isinstance(json, dict) and not self._mislabelled and self._dialect.answers(json)

    @property
    def error_within(self) -> object:
        """Once a plain answer has come: what went wrong by its own word, whatever its status; None where nothing."""
        json = None if self._truncated else self._json()
        if not isinstance(json, dict):
            return None
        return self._dialect.error_in(json) or (json if self._status >= 300 else None)

    @property
    def said(self) -> Said | None:
        """Once it is over, or has told an error: what it says went wrong; None where it says nothing of that."""
        if self.is_stream:
            return self._dialect.said(self._status, self._stream.error)
        reading = self.result()
        if not self.whole or (self._status < 300 and reading.outcome is Outcome.GOOD):
            return None
        if reading.outcome in (Outcome.FOREIGN, Outcome.PROXY):
            return Said(Fault.STRANGER, reading.code)
        said = self._dialect.said(self._status, self.error_within)
        if said is None:
            return Said(Fault.SERVER, reading.code) if reading.outcome is Outcome.FAIL else None
        return replace(said, code=reading.code)

    @property
    def muttered(self) -> Reading | None:
        """What a stream that has ended without its end counts as by its last words, which no library hears; None where
        they say nothing of that."""
        if not self.is_stream or self.has_error or (self.whole and not self.is_empty):
            return None
        try:
            told = muttered_in(read_json(self._last_event))
        except ValueError:
            return None
        return None if told is None else read_muttered(told, self._depth)

    def result(self) -> Reading:
        """What the answer counts as; call it when it has ended by itself."""
        if (muttered := self.muttered) is not None:
            return muttered
        unreadable = self._mislabelled and self._status < 300
        if not self.whole and (self.is_stream or not unreadable):
            return Reading(Outcome.FAIL, "cut", self._depth)
        if unreadable:
            # The libraries cannot read it.
            return Reading(Outcome.FAIL, "malformed", self._depth)
        if not self.is_stream:
            return self._plain_result()
        if self.is_empty:
            return Reading(Outcome.NEUTRAL, "empty", self._depth)
        if self.has_error:
            return self._dialect.read_error(self._stream.error, self._depth)
        return Reading(Outcome.GOOD, f"http_{self._status}", self._depth, accepted=True)

    def _hear(self, data: bytes) -> None:
        self._stream.event(data)
        if data.strip() != _DONE:
            self._last_event = data

    def _json(self) -> Any:
        """What was kept; None where that is no JSON."""
        try:
            return read_json(bytes(self._sample))
        except ValueError:
            return None

    def _plain(self, piece: bytes) -> bytes:
        """As much of the answer as can be read by now."""
        if self._decoder is None:
            return piece if self._mislabelled or not self.packed else b""
        try:
            plain = self._decoder.feed(piece)
        except Undecodable:
            self._decoder = None
            self._mislabelled = self._early is not None
            return b"" if self._early is None else self._early + piece
        if self._early is not None:
            self._early = None if plain or len(self._early) > SAMPLE_BYTES else self._early + piece
        # Behind what is too much to unpack anything may follow.
        self._readable &= not self._decoder.full
        return plain

    def _plain_result(self) -> Reading:
        sample = bytes(self._sample)
        truncated = self._truncated or (self._decoder is not None and not self._decoder.ended)
        if self._unknown:
            # It cannot be read here: what says of itself that it is JSON is taken for the provider's.
            truncated = truncated or self._status < 300
            sample = b'{"error":{}}' if "json" in self._kind else b""
        if self._status < 300 and not truncated and b'"error"' in sample and (told := self._told()) is not None:
            return told
        return read_answer(
            self._status,
            self._headers,
            sample,
            depth=self._depth,
            truncated=truncated,
            keyed=True,
            proven=self._proven,
            asked=self._asked,
        )

    def _told(self) -> Reading | None:
        """What a plain answer with a good status counts as by its own word; None where it says nothing against it."""
        json = self._json()
        error = self._dialect.error_in(json) if isinstance(json, dict) and not self._dialect.answers(json) else None
        if not error:
            return None
        reading = self._dialect.read_error(error, self._depth)
        return reading._replace(code="malformed") if reading.code == "cut" else reading


def _joined(headers: Mapping[str, str]) -> dict[str, str]:
    """By lower-case names; what came twice is one list (RFC 9110, 5.3)."""
    joined = {name.lower(): value for name, value in headers.items()}
    if len(joined) == len(headers):
        return joined
    joined.clear()
    for name, value in headers.items():
        lower = name.lower()
        joined[lower] = f"{joined[lower]}, {value}" if lower in joined else value
    return joined
