"""OpenAI's dialect: its paths, and what is said in it. How its streams are read is in test_reading."""

import json
import tracemalloc
from pathlib import PurePosixPath
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.core.evidence.observation import Badge, Depth, Outcome
from trayapp.core.switching.route import Endpoint
from trayapp.gateway.dialects import chat
from trayapp.gateway.refusal import Refused


@pytest.mark.parametrize(
    ("path", "endpoint"),
    [
        ("/v1/chat/completions", Endpoint.CHAT_COMPLETIONS),
        ("/v1/%63hat/completions", Endpoint.CHAT_COMPLETIONS),
        ("/v1/completions", Endpoint.COMPLETIONS),
        ("/v1/embeddings", Endpoint.EMBEDDINGS),
        ("/v1/chat/completions/chatcmpl-1", Endpoint.OTHER),
        ("/v1/images/generations", Endpoint.OTHER),
        ("/v1/files/file-1/content", Endpoint.OTHER),
        ("/v1/modelsx", Endpoint.OTHER),
        ("/v1/models", Endpoint.MODELS),
        ("/v1/models/gpt-4o", Endpoint.MODELS),
        ("/v1/models/ft:gpt:org::1", Endpoint.MODELS),
        ("/v1/models/vendor%2Fbig-1", Endpoint.MODELS),
    ],
)
def test_paths(path: str, endpoint: Endpoint) -> None:
    assert chat.endpoint(path) is endpoint


@pytest.mark.parametrize(
    "path",
    [
        "/v1/",
        "/v1/chat/completions/",
        "/v1/Chat/completions",
        "/v1/files/",
        "/v1/files//x",
        "/v1/files/%2e%2e",
        "/v1/files/.%20",
        "/v1/files/..",
        "/v1/./files",
        "/v1/files/%252e%252e/x",
        "/v1/files/a%3fb",
        "/v1/files/a%23b",
        "/v1//models",
        "/v1/v1/models",
        "/v1/models/",
        "/v1/models/..",
        "/v1/models/../files",
        "/v1/models/%2e%2e/files",
        "/v1/models/%2E%2E%2Ffiles",
        "/v1/models/%252e%252e",
        "/v1/models/a%2F..%2Fb",
        "/v1/models/a//b",
        "/v1/models/a%5Cb",
        "/v1/models/a%00b",
        "/v1/models/a%0d%0ab",
        "/v1/models/a;b",
    ],
)
def test_other_paths_are_refused(path: str) -> None:
    with pytest.raises(Refused) as caught:
        chat.endpoint(path)
    assert (caught.value.status, caught.value.headers["x-should-retry"]) == (404, "false")


@given(st.text(st.characters(codec="latin-1"), max_size=60).map(lambda tail: "/v1/models/" + tail))
def test_no_model_leads_elsewhere(path: str) -> None:
    try:
        chat.endpoint(path)
    except Refused:
        return
    for decoded in (path, unquote(path), unquote(unquote(path))):
        assert PurePosixPath(decoded).parts[:3] == ("/", "v1", "models")
        assert ".." not in PurePosixPath(decoded).parts


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "invalid_request_error"),
        (401, "authentication_error"),
        (403, "permission_error"),
        (404, "not_found_error"),
        (413, "invalid_request_error"),
        (503, "api_error"),
    ],
)
def test_a_refusal_is_openais_error_object(status: int, kind: str) -> None:
    refused = Refused(status, "odd", "Grüße\nand more")
    said = {"error": {"message": "Grüße\nand more", "type": kind, "param": None, "code": "odd"}}
    assert json.loads(chat.refusal(refused)) == said
    assert chat.refusal_event(refused) == b"data: " + chat.refusal(refused) + b"\n\n"


def test_a_key_travels_as_bearer() -> None:
    name, value = chat.credential("sk-1")
    assert (name.lower() in chat.CREDENTIAL_HEADERS, value) == (True, "Bearer sk-1")


def test_of_any_number_of_choices_little_is_kept() -> None:
    stream = chat.stream()
    tracemalloc.start()
    try:
        for number in range(3000):
            index = f"{number}{'x' * 10_000}"
            stream.event(json.dumps({"choices": [{"index": index, "delta": {}, "finish_reason": None}]}).encode())
        kept = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert kept < 1_000_000
    assert not stream.finished


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ({"code": "429", "message": "Too many requests"}, (Outcome.NEUTRAL, "http_429", Badge.RATE_LIMIT)),
        ({"code": "1302", "message": "slower"}, (Outcome.NEUTRAL, "http_429", Badge.RATE_LIMIT)),
        ({"code": "401", "message": "expired"}, (Outcome.GOOD, "http_401", Badge.KEY)),
        ({"code": "503", "message": "later"}, (Outcome.FAIL, "http_503", None)),
        ({"code": "data_inspection_failed", "message": "words"}, (Outcome.NEUTRAL, "refused", None)),
        ({"code": "x", "message": "Insufficient Balance"}, (Outcome.NEUTRAL, "refused", Badge.QUOTA)),
        ({"code": "x", "message": "It may contain inappropriate content."}, (Outcome.NEUTRAL, "refused", None)),
        ({"code": True, "message": "words"}, (Outcome.FAIL, "cut", None)),
        ({"code": "\u0664\u0662\u0669", "message": "words"}, (Outcome.FAIL, "cut", None)),
    ],
)
def test_a_limit_or_a_filter_in_a_stream_is_no_failure_of_the_provider(
    error: object, expected: tuple[Outcome, str, Badge | None]
) -> None:
    """A limit of one's own must not count as the provider's failure."""
    reading = chat.read_error(error, Depth.COMPLETION)
    assert (reading.outcome, reading.code, reading.badge) == expected
