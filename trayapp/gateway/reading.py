"""Watching an answer go by: does it hold what it should, when did the first token come, did it end or was it cut.

Only what the verdict needs is kept, and only until the answer is over: the start of a plain answer, the last few
bytes of a stream.
"""

import zlib
from collections.abc import Mapping

from trayapp.core.evidence.answers import Reading, read_answer
from trayapp.core.evidence.observation import Depth, Outcome
from trayapp.gateway.dialects.dialect import ToolDialect

SAMPLE_BYTES = 65_536
"""Enough for every error and most answers; a longer answer is judged by its start."""
_SEAM_BYTES = 64
"""What a pattern can be cut in two by, when its halves come in two pieces."""
_ERROR_EVENT_BYTES = 4096


class AnswerReading:
    """One answer, fed piece by piece. Times are real seconds of one clock."""

    def __init__(self, dialect: ToolDialect, status: int, headers: Mapping[str, str], depth: Depth) -> None:
        self._dialect = dialect
        self._status = status
        self._headers = {name.lower(): value for name, value in headers.items()}
        self._depth = depth
        kind = self._headers.get("content-type", "").partition(";")[0].strip().lower()
        self._encoding = self._headers.get("content-encoding", "identity").strip().lower()
        self.is_stream = kind == "text/event-stream" and 200 <= status < 300
        self._readable = self._encoding in ("identity", "")
        self._sample = bytearray()
        self._truncated = False
        self._seam = b"\n"
        self._error: bytes | None = None
        self._finished = False
        self.first_token_at: float | None = None

    def feed(self, piece: bytes, now: float) -> None:
        if not self.is_stream:
            room = SAMPLE_BYTES - len(self._sample)
            self._truncated |= len(piece) > room
            self._sample += piece[:room]
        elif self._readable:
            self._follow(piece, now)

    @property
    def finished(self) -> bool:
        """Has a stream said that it is whole? A compressed one cannot be read here and is believed."""
        return self._finished or not self.is_stream or not self._readable

    @property
    def has_error(self) -> bool:
        """Has an error event come?"""
        return self._error is not None

    def result(self) -> Reading:
        """What the whole answer counts as; call it when the answer has ended by itself."""
        if not self.is_stream:
            return read_answer(
                self._status,
                self._headers,
                self._plain_sample(),
                depth=self._depth,
                truncated=self._truncated,
                keyed=True,
            )
        if self._error is not None:
            return self._dialect.read_error_event(self._error, self._depth)
        if not self.finished:
            return Reading(Outcome.FAIL, "cut", self._depth)
        return Reading(Outcome.GOOD, f"http_{self._status}", self._depth)

    def _follow(self, piece: bytes, now: float) -> None:
        joined = self._seam + piece
        if self.first_token_at is None and self._dialect.FIRST_TOKEN.search(joined):
            self.first_token_at = now
        if not self._finished and self._dialect.FINISHED.search(joined):
            self._finished = True
        if self._error is not None:
            self._error = (self._error + piece)[:_ERROR_EVENT_BYTES]
        elif b'"error"' in joined and (event := self._dialect.ERROR_EVENT.search(joined)):
            self._error = event[1][:_ERROR_EVENT_BYTES]
        self._seam = joined[-_SEAM_BYTES:]

    def _plain_sample(self) -> bytes:
        if self._readable:
            return bytes(self._sample)
        if self._encoding in ("gzip", "deflate"):
            try:
                # 32 + MAX_WBITS: gzip or zlib, whichever it is.
                inflate = zlib.decompressobj(32 + zlib.MAX_WBITS)
                plain = inflate.decompress(bytes(self._sample), SAMPLE_BYTES)
            except zlib.error:
                return b""
            self._truncated |= bool(inflate.unconsumed_tail) or not inflate.eof
            return plain
        # Another encoding cannot be read here: what says of itself that it is JSON is taken for the provider's.
        self._truncated = self._truncated or self._status < 300
        return b'{"error":{}}' if "json" in self._headers.get("content-type", "") else b""
