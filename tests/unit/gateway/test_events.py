"""How a stream falls into events."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.gateway.events import MAX_EVENT_BYTES, Events

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
