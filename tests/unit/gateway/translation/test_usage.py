"""How many tokens an answer took, by its own word."""

from typing import Any

import pytest

from trayapp.gateway.translation.usage import Usage, usage_of


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}, Usage(5, 0, 2, 0)),
        (
            {
                "prompt_tokens": 5,
                "completion_tokens": 2,
                "prompt_tokens_details": {"cached_tokens": 3},
                "completion_tokens_details": {"reasoning_tokens": 1},
            },
            Usage(5, 3, 2, 1),
        ),
        ({"prompt_tokens": 5, "prompt_tokens_details": {"cached_tokens": 9}}, Usage(5, 5, 0, 0)),
        ({"prompt_tokens": 5, "prompt_tokens_details": None, "completion_tokens": None}, Usage(5, 0, 0, 0)),
        ({}, None),
        (None, None),
    ],
)
def test_what_is_said(said: Any, expected: Usage | None) -> None:
    assert usage_of({"usage": said}) == expected
