"""Writing JSON and events for tools."""

import json

from hypothesis import given
from hypothesis import strategies as st

from trayapp.gateway.translation.encoding import encode, event


@given(st.text(st.characters() | st.characters(categories=["Cs"])))
def test_a_text_is_one_line_however_lines_are_counted(text: str) -> None:
    got = encode({"text": text})
    assert json.loads(got) == json.loads(json.dumps({"text": text}))
    assert len(got.decode().splitlines()) == 1


def test_an_event() -> None:
    assert event({"type": "ping", "x": "\u2028"}) == b'event: ping\ndata: {"type":"ping","x":"\\u2028"}\n\n'
