"""Cutting a stream of server-sent events into the data of each (https://html.spec.whatwg.org, 9.2.6)."""

import re

MAX_EVENT_BYTES = 1024 * 1024
"""Pictures come in larger events; one that is too large to keep is left out."""
_END = re.compile(rb"\r?\n\r?\n|\r\r")
_LINE = re.compile(rb"\r\n|\n|\r")


class Events:
    """`lost`: an event was too large to be kept."""

    def __init__(self) -> None:
        self.lost = False
        self._held = b""
        self._skipping = False

    def feed(self, piece: bytes) -> list[bytes]:
        """The data of every event that is whole by now. Comments and events without data are left out."""
        *whole, held = _END.split(self._held + piece if self._held else piece)
        if self._skipping and whole:
            del whole[0]
            self._skipping = False
        if len(held) > MAX_EVENT_BYTES:
            # What ends it may begin here.
            held, self._skipping, self.lost = held[-3:], True, True
        self._held = held
        return [data for event in whole if (data := _data(event)) is not None]

    def rest(self) -> list[bytes]:
        """The last event of a stream that ends without the empty line behind it."""
        return self.feed(b"\n\n")


def _data(event: bytes) -> bytes | None:
    if event.startswith(b"data: ") and b"\n" not in event and b"\r" not in event:
        return event[6:]
    lines = [line for line in _LINE.split(event) if line.startswith(b"data:")]
    return b"\n".join(line[5:].removeprefix(b" ") for line in lines) if lines else None
