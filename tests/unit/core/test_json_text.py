"""What counts as JSON."""

from typing import Any

import pytest

from trayapp.core.json_text import read_json


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'{"a": [1, 2.5, null]}', {"a": [1, 2.5, None]}),
        (b'"\\u20ac"', "€"),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b'"caf\\ud83d"', "caf\ud83d"),
        (b'{"\\ud83d": "\\u0041\\udc00"}', {"\ud83d": "A\udc00"}),
    ],
)
def test_json(text: bytes, value: Any) -> None:
    assert read_json(text) == value


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"NaN",
        b'["\\ud83d", NaN]',
        b'"\xff"',
        b'"\\ud83d\xff"',
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b'["\\ud83d"' + b", [" * 100_000, id="deep and odd"),
    ],
)
def test_no_json(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_json(text)
