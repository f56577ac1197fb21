"""Streams as real servers send them, cut anywhere: what is read of them, and what is told of them, is the same.

Not only at the end: after each piece it is known what is known of all bytes until there.
"""

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.chat_stream import DONE, answered, calls, chunk, stream
from tests.support.messagesbed import PING, delta, event
from tests.support.tagged import SPEECH
from trayapp.core.evidence.observation import Depth
from trayapp.gateway.dialects import chat, messages, responses
from trayapp.gateway.dialects.dialect import ToolDialect
from trayapp.gateway.local import WholeEvents
from trayapp.gateway.reading import AnswerReading
from trayapp.gateway.translation.asked import Minted
from trayapp.gateway.translation.responses_repair import ResponsesRepair
from trayapp.gateway.translation.translation import MESSAGES, RESPONSES, Translation

HEAD = {"content-type": "text/event-stream", "transfer-encoding": "chunked"}
LETTERS = "Grüße\u2028€\x85 🚦"
"""Two to four bytes each, and two that some readers take for the ends of lines."""
MINTED = Minted("0123456789abcdef01234567", 1000.0)

CHATS = {
    "words": answered(chunk({"content": LETTERS}), chunk({"content": "and on"})),
    "tools": answered(
        chunk({"reasoning_content": LETTERS}),
        calls((0, "call_1", "f", "")),
        calls((0, None, None, json.dumps({"a": LETTERS}, ensure_ascii=False))),
        calls((1, "call_2", "g", "{}")),
        finish="tool_calls",
    ),
    "no words": b": OPENROUTER PROCESSING\n\n" + answered(),
    "an error": stream(chunk({"content": "Hel"})) + b'data: {"error":{"message":"\xc3\xb6h","code":502}}\n\n',
    "a cut": stream(chunk({"content": LETTERS})),
    "a cut behind an end": stream(chunk({"content": LETTERS})) + DONE,
    "nothing": DONE,
    "no line behind it": answered(chunk({"content": LETTERS})).rstrip(b"\n"),
    "not JSON": b"data: <html>\n\n" + answered(chunk({"content": "x"})),
    "lines": b"id: 1\nevent: x\nretry: 5\ndata: {\ndata:\n" + answered(chunk({"content": LETTERS})),
}
THINKING = (
    SPEECH["messages"].stream(["x"])[0]
    + PING
    + event(type="content_block_start", index=0, content_block={"type": "thinking", "thinking": "", "signature": ""})
    + delta(type="thinking_delta", thinking=LETTERS)
    + delta(type="signature_delta", signature="c2ln")
)
STREAMS: dict[str, tuple[ToolDialect, bytes]] = {
    **{f"chat, {name}": (chat, raw) for name, raw in CHATS.items()},
    "messages": (messages, b"".join(SPEECH["messages"].stream([LETTERS, "b"]))),
    "messages, thinking": (messages, THINKING + b"".join(SPEECH["messages"].stream([LETTERS])[3:])),
    "messages, a cut": (messages, THINKING),
    "messages, an error": (
        messages,
        THINKING + event(type="error", error={"type": "overloaded_error", "message": LETTERS}),
    ),
    "responses": (responses, b"".join(SPEECH["responses"].stream([LETTERS, "b"]))),
    "responses, a cut": (responses, b"".join(SPEECH["responses"].stream([LETTERS, "b"])[:-1]) + DONE),
    "responses, failed": (
        responses,
        SPEECH["responses"].stream(["x"])[0]
        + event(type="response.failed", response={"status": "failed", "error": {"code": "server_error"}}),
    ),
}
ENDS = [b"\n", b"\r\n", b"\r"]
CUTS = st.lists(st.floats(0, 1), max_size=12)
"""Places, as shares of the whole."""


def pieces(raw: bytes, cuts: list[float]) -> list[bytes]:
    places = sorted(round(cut * len(raw)) for cut in cuts)
    return [raw[begin:end] for begin, end in zip([0, *places], [*places, len(raw)], strict=True)]


def known(reading: AnswerReading) -> tuple[bool, ...]:
    return reading.first_token_at is not None, reading.has_error, reading.is_cut_short, reading.is_empty


def read(dialect: ToolDialect, *raw: bytes, **more: str) -> AnswerReading:
    reading = AnswerReading(dialect, 200, HEAD | more, Depth.COMPLETION)
    for one in raw:
        reading.feed(one, 1.0)
    return reading


def end(reading: AnswerReading) -> object:
    return reading.whole, reading.result(), known(reading)


@pytest.mark.parametrize("line_end", ENDS)
@pytest.mark.parametrize("name", STREAMS)
def test_a_cut_at_every_byte(name: str, line_end: bytes) -> None:
    dialect, raw = STREAMS[name][0], STREAMS[name][1].replace(b"\n", line_end)
    at_once = end(read(dialect, raw))
    for place in range(0, len(raw), 1 + len(raw) // 1000):
        assert end(read(dialect, raw[:place], raw[place:])) == at_once
    assert end(read(dialect, *(bytes([byte]) for byte in raw))) == at_once


@settings(max_examples=150)
@given(name=st.sampled_from(sorted(STREAMS)), line_end=st.sampled_from(ENDS), cuts=CUTS)
def test_after_each_piece_all_until_there_is_known(name: str, line_end: bytes, cuts: list[float]) -> None:
    dialect, raw = STREAMS[name][0], STREAMS[name][1].replace(b"\n", line_end)
    reading, seen = read(dialect), b""
    for piece in pieces(raw, cuts):
        reading.feed(piece, 1.0)
        seen += piece
        assert known(reading) == known(read(dialect, seen))
    assert end(reading) == end(read(dialect, raw))


@given(name=st.sampled_from(sorted(STREAMS)), cuts=CUTS)
def test_packed_streams(name: str, cuts: list[float]) -> None:
    dialect, raw = STREAMS[name]
    packed = read(dialect, *pieces(gzip.compress(raw), cuts), **{"content-encoding": "gzip"})
    assert end(packed) == end(read(dialect, raw))


TOOLS = ["f", "g"]
TRANSLATIONS: dict[str, tuple[Translation, dict[str, Any]]] = {
    "messages": (
        MESSAGES,
        {"messages": [{"role": "user", "content": "?"}], "tools": [{"name": one, "input_schema": {}} for one in TOOLS]},
    ),
    "responses": (RESPONSES, {"input": "?", "tools": [{"type": "function", "name": one} for one in TOOLS]}),
}


def translated(name: str, *raw: bytes) -> tuple[bytes, list[bytes]]:
    """All that the tool gets, and what it has after each piece."""
    translation, body = TRANSLATIONS[name]
    answer = translation.stream(translation.request(body, model="small:1b"), MINTED)
    told: list[bytes] = []
    for one in raw:
        told.append((told[-1] if told else b"") + answer.feed(one))
    return (told[-1] if told else b"") + answer.end(), told


@pytest.mark.parametrize("name", TRANSLATIONS)
@settings(max_examples=120)
@given(of=st.sampled_from(sorted(CHATS)), line_end=st.sampled_from(ENDS), cuts=CUTS)
def test_translated_streams(name: str, of: str, line_end: bytes, cuts: list[float]) -> None:
    raw = CHATS[of].replace(b"\n", line_end)
    whole, _ = translated(name, raw)
    got, told = translated(name, *pieces(raw, cuts))
    assert got == whole
    seen = b""
    for piece, until_there in zip(pieces(raw, cuts), told, strict=True):
        seen += piece
        assert until_there == translated(name, seen)[1][-1]


@pytest.mark.parametrize("name", TRANSLATIONS)
@pytest.mark.parametrize("of", CHATS)
def test_translated_streams_cut_at_every_byte(name: str, of: str) -> None:
    raw = CHATS[of]
    whole, _ = translated(name, raw)
    assert translated(name, *(bytes([byte]) for byte in raw))[0] == whole
    for place in range(0, len(raw), 1 + len(raw) // 300):
        assert translated(name, raw[:place], raw[place:])[0] == whole


WRITERS: dict[str, Callable[[], WholeEvents | ResponsesRepair]] = {
    "events": WholeEvents,
    "repair": lambda: ResponsesRepair("small:1b", MINTED),
}


@pytest.mark.parametrize("name", WRITERS)
@settings(max_examples=120)
@given(of=st.sampled_from(sorted(STREAMS)), line_end=st.sampled_from(ENDS), cuts=CUTS)
def test_only_whole_events_are_passed_on(name: str, of: str, line_end: bytes, cuts: list[float]) -> None:
    raw = STREAMS[of][1].replace(b"\n", line_end)
    at_once, one_by_one, seen, told = WRITERS[name](), WRITERS[name](), b"", b""
    whole = at_once(raw)
    for piece in pieces(raw, cuts):
        seen += piece
        told += one_by_one(piece)
        assert told == WRITERS[name]()(seen)
    assert (told, one_by_one.rest()) == (whole, at_once.rest())
    assert name == "repair" or told + one_by_one.rest() == raw
