"""Cutting a stream of server-sent events into events, and into the data of each (https://html.spec.whatwg.org, 9.2.6).

What has been looked at is not looked at again: an event may come in thousands of pieces, and everybody else waits
meanwhile.
"""

import re

MAX_EVENT_BYTES = 1024 * 1024
"""Pictures come in larger events; one that is too large to keep is left out."""
_END = re.compile(rb"\r?\n\r?\n|\r\r")
_END_BYTES = 4
_LINE = re.compile(rb"\r\n|\n|\r")


class EventCutter:
    """Fed with a stream, however cut, it gives each event as the bytes that it is, with the empty line that ends it.

    `held`: the beginning of the one whose end has not come.
    """

    def __init__(self) -> None:
        self.held = bytearray()

    def feed(self, piece: bytes) -> list[bytes]:
        """The events that are whole by now."""
        if not self.held and (first := _END.search(piece)) is not None and first.end() == len(piece):
            # So most come.
            return [piece]
        seen = max(0, len(self.held) - _END_BYTES + 1)
        self.held += piece
        ends = [end.end() for end in _END.finditer(self.held, seen)]
        if not ends:
            return []
        events = [bytes(self.held[begin:end]) for begin, end in zip([0, *ends], ends, strict=False)]
        del self.held[: ends[-1]]
        return events


class Events:
    """`lost`: an event was too large to be kept. `skipping`: so is the one that is coming."""

    def __init__(self) -> None:
        self.lost = False
        self.skipping = False
        self._cutter = EventCutter()

    def feed(self, piece: bytes) -> list[bytes]:
        """The data of every event that is whole by now. Comments and events without data are left out."""
        whole = self._cutter.feed(piece)
        if self.skipping and whole:
            del whole[0]
            self.skipping = False
        if len(self._cutter.held) > MAX_EVENT_BYTES:
            # What ends it may begin here.
            del self._cutter.held[: 1 - _END_BYTES]
            self.skipping = self.lost = True
        return [data for event in whole if (data := _data(event.rstrip(b"\r\n"))) is not None]

    def rest(self) -> list[bytes]:
        """The last event of a stream that ends without the empty line behind it."""
        return self.feed(b"\n\n")


def _data(event: bytes) -> bytes | None:
    if event.startswith(b"data: ") and b"\n" not in event and b"\r" not in event:
        return event[6:]
    lines = [line for line in _LINE.split(event) if line.startswith(b"data:")]
    return b"\n".join(line[5:].removeprefix(b" ") for line in lines) if lines else None
