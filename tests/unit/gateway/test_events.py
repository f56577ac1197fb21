"""How a stream falls into events."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.gateway import events as events_module
from trayapp.gateway.events import MAX_EVENT_BYTES, EventCutter, Events

STREAM = (
    b": ping\n\ndata: one\n\ndata:two\r\n\r\nevent: x\nid: 1\ndata: three\n\ndata: fo\ndata: ur\n\n\n\n"
    b"data: f\xc3\xbcnf\r\rdata:\n\n"
)
DATA = [b"one", b"two", b"three", b"fo\nur", b"f\xc3\xbcnf", b""]


@given(st.lists(st.integers(1, 30), max_size=40))
def test_however_it_is_cut_into_pieces(sizes: list[int]) -> None:
    events, left, got = Events(), STREAM, []
    for size in sizes:
        got += events.feed(left[:size])
        left = left[size:]
    got += events.feed(left)
    assert got == DATA
    assert not events.lost


BYTES = st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b"data: ", b"a", "ü€".encode(), b"\xe2\x80\xa8"]), max_size=40)


@given(BYTES.map(b"".join), st.lists(st.integers(0, 60), max_size=8))
def test_any_bytes_cut_anywhere_are_the_same_events(stream: bytes, cuts: list[int]) -> None:
    whole, cutter, events = Events(), EventCutter(), Events()
    places = sorted(min(cut, len(stream)) for cut in cuts)
    pieces = [stream[begin:end] for begin, end in zip([0, *places], [*places, len(stream)], strict=True)]
    assert [data for one in pieces for data in events.feed(one)] + events.rest() == whole.feed(stream) + whole.rest()
    raw = [one for piece in pieces for one in cutter.feed(piece)]
    assert b"".join(raw) + cutter.held == stream
    assert raw == EventCutter().feed(stream)


class Searches:
    """Counts the bytes that a regular expression goes over."""

    def __init__(self, pattern: "re.Pattern[bytes]") -> None:
        self._pattern = pattern
        self.bytes = 0

    def search(self, text: bytes) -> "re.Match[bytes] | None":
        self.bytes += len(text)
        return self._pattern.search(text)

    def finditer(self, text: bytes, begin: int) -> "Iterator[re.Match[bytes]]":
        self.bytes += len(text) - begin
        return self._pattern.finditer(text, begin)


def test_what_was_looked_at_is_not_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a large event in small pieces holds up everybody."""
    searches = Searches(events_module._END)
    monkeypatch.setattr(events_module, "_END", searches)
    cutter = EventCutter()
    for _ in range(10_000):
        assert cutter.feed(b"x" * 100) == []
    assert searches.bytes < 1_100_000


@pytest.mark.parametrize(("last", "data"), [(b"data: x", [b"x"]), (b"data: x\n", [b"x"]), (b": x", []), (b"", [])])
def test_the_last_event_may_lack_its_end(last: bytes, data: list[bytes]) -> None:
    events = Events()
    assert events.feed(STREAM + last) == DATA
    assert events.rest() == data
    assert events.rest() == []


@pytest.mark.parametrize("end", [b"\n\n", b"\r\n\r\n", b"\r\r"])
def test_an_event_that_is_too_large_is_left_out(end: bytes) -> None:
    events, got = Events(), []
    for _ in range(3):
        got += events.feed(b"data: " + b"x" * MAX_EVENT_BYTES)
    assert events.lost
    for byte in end + b"data: one" + end:
        got += events.feed(bytes([byte]))
    assert got == [b"one"]
