"""What a tool is told where a chat server answers with an error."""

from typing import Any

import pytest

from trayapp.gateway.translation.refusals import CONTEXT_OVERFLOW, of_error

OVERFLOW = {"code": 400, "message": "request (9 tokens) exceeds", "type": "exceed_context_size_error"}


@pytest.mark.parametrize(
    ("error", "status", "expected"),
    [
        (OVERFLOW | {"n_prompt_tokens": 9, "n_ctx": 4}, 400, (400, "prompt is too long: 9 tokens > 4 maximum")),
        (OVERFLOW, 200, (400, "prompt is too long: request (9 tokens) exceeds")),
        (
            {"code": "context_length_exceeded"},
            400,
            (400, "prompt is too long: the local model cannot read as much at once"),
        ),
        (
            {"message": "This model's maximum context length is 4 tokens.", "code": 400, "type": "BadRequestError"},
            400,
            (400, "prompt is too long: This model's maximum context length is 4 tokens."),
        ),
        (
            {
                "message": "max_tokens is too large: 32000. This model's maximum context length is 4 tokens.",
                "code": 400,
            },
            400,
            (400, "max_tokens is too large: 32000. This model's maximum context length is 4 tokens."),
        ),
        ({"code": 500, "message": "boom"}, 200, (500, "boom")),
        ({"code": 7, "message": "boom"}, 200, (500, "boom")),
        ({"message": "no\nsuch model"}, 404, (404, "no such model")),
        ("boom", 200, (500, "boom")),
        ({}, 200, (500, "The local model answered with an error.")),
        (None, 503, (503, "The local model answered with an error.")),
        ({"message": ["x"], "type": ["y"]}, 200, (500, "The local model answered with an error.")),
    ],
)
def test_errors(error: Any, status: int, expected: tuple[int, str]) -> None:
    refused = of_error(error, status)
    assert (refused.status, refused.message) == expected
    assert (refused.code == CONTEXT_OVERFLOW) == expected[1].startswith("prompt")
